import { formatAmount, type Invoice } from './invoice.ts';

/** How many invoices there are, and what they come to. */
export function writeTotal(invoices: readonly Invoice[]): string {
  const cents = invoices.reduce((sum, { amountCents }) => sum + amountCents, 0);
  return `${invoices.length} invoices, ${formatAmount(cents)}\n`;
}
