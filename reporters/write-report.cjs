// One line for each test, and a last one that says how many there were: a report without it is not whole.
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');

// Filled in for each run.
const nonce = '__NONCE__';
const folder = '__FOLDER__';

const file = join(folder, `${process.pid}-${Date.now()}.jsonl`);

function write(value) {
  appendFileSync(file, `${JSON.stringify({ nonce, ...value })}\n`);
}

/** @param {{ name: string, file: string | null, status: 'passed' | 'failed' | 'skipped' }} test */
exports.writeTest = (test) => write({ test });
/** @param {number} collected how many tests there are to be */
exports.writeEnd = (collected) => write({ end: collected });
exports.writeStart = () => write({ start: true });
