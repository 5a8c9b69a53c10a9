import { createRequire } from 'node:module';

const { writeEnd, writeStart, writeTest } = createRequire(import.meta.url)('./write-report.cjs');

const statusOf = { passed: 'passed', pass: 'passed', failed: 'failed', fail: 'failed' };

/** For `--reporter`: vitest 3 and later tell each test, earlier ones everything at the end. */
export default class MillwrightReporter {
  collected = 0;
  isOver = false;

  onInit() {
    writeStart();
  }

  onTestModuleCollected(module) {
    this.collected += [...module.children.allTests()].length;
  }

  onTestCaseResult(test) {
    const status = statusOf[test.result().state] ?? 'skipped';
    writeTest({ name: test.fullName, file: test.module.moduleId, status });
  }

  onTestRunEnd() {
    this.isOver = true;
    writeEnd(this.collected);
  }

  onFinished(files = []) {
    if (this.isOver) return;
    const tests = files.flatMap((file) => flatten(file, []).map((test) => ({ ...test, file: file.filepath })));
    for (const test of tests) writeTest(test);
    writeEnd(tests.length);
  }
}

function flatten(task, groups) {
  if (task.type !== 'suite') {
    const status = statusOf[task.result?.state] ?? 'skipped';
    return [{ name: [...groups, task.name].join(' > '), status }];
  }
  const inside = task.filepath === undefined ? [...groups, task.name] : groups;
  return (task.tasks ?? []).flatMap((each) => flatten(each, inside));
}
