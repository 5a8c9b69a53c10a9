import type pg from 'pg';

const int8 = 20;
const int8Array = 1016;

/**
 * Types for connections on which `bigint` columns, and arrays of them, are JavaScript numbers. All of ours count
 * things and money far below 2^53; one beyond throws instead of losing digits.
 */
export function connectionTypes(driver: typeof pg): pg.CustomTypesConfig {
  const usual = driver.types.getTypeParser as (oid: number, format?: 'text' | 'binary') => (value: string) => unknown;
  const getTypeParser = (oid: number, format: 'text' | 'binary' = 'text') => {
    if (format === 'text' && oid === int8) return parseSafeInteger;
    if (format === 'text' && oid === int8Array) return parseSafeIntegers;
    return usual(oid, format);
  };
  return { getTypeParser: getTypeParser as unknown as pg.CustomTypesConfig['getTypeParser'] };
}

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`a bigint of the database is too large for a number: ${text}`);
  return value;
}

/** One dimension, as all of ours have. */
function parseSafeIntegers(text: string): readonly (number | null)[] {
  const inner = text.slice(1, -1);
  return inner === '' ? [] : inner.split(',').map((part) => (part === 'NULL' ? null : parseSafeInteger(part)));
}
