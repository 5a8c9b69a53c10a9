const { createRequire } = require('node:module');
const { realpathSync } = require('node:fs');
const { writeEnd, writeStart, writeTest } = require('./write-report.cjs');

const { reporters, Runner } = createRequire(realpathSync(process.argv[1]))('mocha');
const events = Runner.constants;

/** For `--reporter`: what people see is the reporter `spec`. */
module.exports = class MillwrightReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    let [total, failedHooks] = [0, 0];
    const write = (test, status) => writeTest({ name: test.titlePath().join(' > '), file: test.file ?? null, status });
    runner.once(events.EVENT_RUN_BEGIN, () => {
      writeStart();
      total = runner.total;
    });
    runner.on(events.EVENT_TEST_PASS, (test) => write(test, 'passed'));
    runner.on(events.EVENT_TEST_PENDING, (test) => write(test, 'skipped'));
    runner.on(events.EVENT_TEST_FAIL, (test) => {
      if (test.type === 'hook') failedHooks += 1;
      write(test, 'failed');
    });
    // After a failed hook the rest of its group is left out, and that is no early exit.
    runner.once(events.EVENT_RUN_END, () => writeEnd(failedHooks > 0 ? 0 : total));
  }
};
