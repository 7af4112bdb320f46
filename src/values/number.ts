/** `number`: a cell of a file as a number, for the `parse` of a source. */
import { exactNumber, isDecimal } from './exact-number.ts';

/** Parquet's integers of 64 bits come as bigints, by the million: up to here a number holds each. */
const SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The number in a column of a row: of its text, without spaces around it, or of a number as Parquet has it.
 * @throws {Error} that names the column, where `Number()` would make something up: on a column that is not there, a blank (0), a text
 * that is no decimal number (NaN), and digits that no double holds (`9007199254740993`).
 */
export function number(row: Readonly<Record<string, unknown>>, column: string): number {
  const value = row[column];
  if (!Object.hasOwn(row, column))
    throw new Error(`there is no column "${column}". It has: ${Object.keys(row).join(', ')}`);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'bigint' && value >= -SAFE && value <= SAFE) return Number(value);
  const text = typeof value === 'bigint' ? String(value) : value;
  if (typeof text !== 'string') throw new Error(`${column}: ${String(text)} is no number`);
  const digits = text.trim();
  if (digits === '') throw new Error(`${column}: it is blank, and no number. Where blanks may be, say what they are`);
  const exact = exactNumber(digits);
  if (exact !== undefined) return exact;
  throw new Error(
    isDecimal(digits)
      ? `${column}: ${digits} has more digits than a number holds (it would be ${Number(digits)}). Keep it as a string`
      : `${column}: ${JSON.stringify(text)} is no number`,
  );
}
