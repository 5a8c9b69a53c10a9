const { writeEnd, writeStart, writeTest } = require('./write-report.cjs');

/** For `--reporters`. */
module.exports = class MillwrightReporter {
  onRunStart() {
    writeStart();
  }

  onTestResult(test, result) {
    for (const { ancestorTitles, title, status } of result.testResults) {
      const name = [...ancestorTitles, title].join(' > ');
      writeTest({ name, file: test.path, status: status === 'passed' || status === 'failed' ? status : 'skipped' });
    }
    // A file that could not be run has no tests of its own.
    if (result.testExecError || (result.failureMessage && result.testResults.length === 0))
      writeTest({ name: test.path, file: test.path, status: 'failed' });
  }

  onRunComplete(contexts, results) {
    writeEnd(results.numTotalTests);
  }
};
