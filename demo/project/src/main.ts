import { readFileSync } from 'node:fs';
import { type Invoice, readInvoices } from './invoice.ts';
import { writeTotal } from './total.ts';

/** What each command prints about the invoices. */
const commands: Readonly<Record<string, (invoices: readonly Invoice[]) => string>> = {
  total: writeTotal,
};

const [name = 'help', file = 'data/invoices.json'] = process.argv.slice(2);
const command = commands[name];
if (command !== undefined) {
  process.stdout.write(command(readInvoices(readFileSync(file, 'utf8'))));
} else if (name === 'help') {
  process.stdout.write(`${Object.keys(commands).join('\n')}\n`);
} else {
  process.stderr.write(`there is no command ${name}\n`);
  process.exitCode = 2;
}
