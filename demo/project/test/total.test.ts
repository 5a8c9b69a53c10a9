import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmount, type Invoice } from '../src/invoice.ts';
import { writeTotal } from '../src/total.ts';

const invoice: Invoice = { number: '1', customer: 'Ann', date: '2026-01-31', amountCents: 1005, note: 'paid' };

test('the total counts and adds up', () => {
  assert.equal(writeTotal([invoice, { ...invoice, amountCents: 95 }]), '2 invoices, 11.00\n');
});

test('amounts keep their cents', () => {
  assert.deepEqual([5, 1005, -250].map(formatAmount), ['0.05', '10.05', '-2.50']);
});
