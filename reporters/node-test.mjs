import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const { writeEnd, writeStart, writeTest } = createRequire(import.meta.url)('./write-report.cjs');
const marker = 'MILLWRIGHT_REPORTING';

/** For `--test-reporter`: reads the events of node:test. */
export default async function* report(source) {
  const isInner = process.env[marker] !== undefined;
  process.env[marker] = String(process.pid);
  const groups = [];
  let [begun, ended] = [0, 0];
  for await (const { type, data } of source) {
    if (isInner) continue;
    if (begun === 0 && ended === 0 && type === 'test:enqueue') writeStart();
    if (type === 'test:start') {
      groups.length = data.nesting;
      groups[data.nesting] = data.name;
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details?.type === 'suite') {
      // A group fails by itself only when a hook does.
      if (type === 'test:pass' || data.details?.error?.failureType === 'subtestsFailed') continue;
    }
    // A test with tests inside is its last one's sum.
    const isFile = data.file !== undefined && resolve(data.name) === data.file;
    const name = [...groups.slice(0, data.nesting), data.name].filter((each) => each !== undefined).join(' > ');
    const skipped =
      data.skip !== undefined && data.skip !== false ? true : data.todo !== undefined && data.todo !== false;
    const status = skipped ? 'skipped' : type === 'test:pass' ? 'passed' : 'failed';
    begun += 1;
    ended += 1;
    writeTest({ name: isFile ? data.file : name, file: data.file ?? null, status });
  }
  if (!isInner) writeEnd(ended);
  yield '';
}
