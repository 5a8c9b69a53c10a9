/** Opens the database of a home in a process of its own and says how it went; see `startChild`. */
import { openDatabase } from '../../src/store/database.ts';
import { serverStatus } from '../../src/store/postgres/supervisor.ts';
import { UserError } from '../../src/model/user-error.ts';

const [home = '', then] = process.argv.slice(2);
const say = (line: unknown) => process.stdout.write(`${JSON.stringify(line)}\n`);
try {
  const database = await openDatabase({ home, onNotice: (text) => say({ type: 'notice', text }) });
  const status = await serverStatus(home);
  say({ type: 'opened', postmaster: status.type === 'running' ? status.pid : 0 });
  if (then === 'leave') await database.close();
  else setInterval(() => undefined, 60_000);
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  say({ type: 'failed', code: error.code, message: error.message });
}
