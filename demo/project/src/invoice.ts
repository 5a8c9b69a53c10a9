/** One invoice, as the billing system exports it. */
export interface Invoice {
  readonly number: string;
  readonly customer: string;
  /** ISO 8601. */
  readonly date: string;
  readonly amountCents: number;
  readonly note: string | null;
}

/** Reads an export: a JSON array of invoices. */
export function readInvoices(text: string): readonly Invoice[] {
  return JSON.parse(text) as readonly Invoice[];
}

/** 12550 as 125.50. */
export function formatAmount(cents: number): string {
  const digits = Math.abs(cents).toString().padStart(3, '0');
  return `${cents < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
