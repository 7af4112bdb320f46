/** The first record of a CSV: the names of its columns, without spaces around them. */
import { UserError } from '../../errors.ts';
import type { DateColumn } from '../model/dataset.ts';

/** @throws {UserError} BAD_SOURCE when two columns have one name, one cannot be a name, or none is the date column. */
export function csvHeader(fields: readonly string[], file: string, dateColumn: DateColumn): readonly string[] {
  const header = fields.map((field) => field.trim());
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined) {
    const what = twice === '' ? 'two columns without a name. Name them.' : `"${twice}" twice. Rename one.`;
    throw new UserError('BAD_SOURCE', `${file}: its header has ${what}`);
  }
  if (header.includes('__proto__'))
    throw new UserError('BAD_SOURCE', `${file}: no column can be called "__proto__". Rename it.`);
  if (typeof dateColumn === 'function' || header.includes(dateColumn)) return header;
  const separator = header.length === 1 ? SEPARATORS.find((one) => header[0]?.includes(one)) : undefined;
  throw new UserError(
    'BAD_SOURCE',
    `${file} has no column "${dateColumn}". It has: ${header.join(', ')}. ` +
      (header[0]?.startsWith('{') === true
        ? 'It looks like JSON: if each line is an object, add --format ndjson.'
        : separator === undefined
          ? 'Name the one that holds the day with --date-column.'
          : `Its columns seem to be separated by ${JSON.stringify(separator)}: say delimiter: ${JSON.stringify(separator)} in the dataset's source, or --delimiter.`),
  );
}

const SEPARATORS = [';', '\t', '|'];

/** Of as many fields as the header names. */
export function byColumn(header: readonly string[], fields: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [index, name] of header.entries()) values[name] = fields[index] ?? '';
  return values;
}

/** What is wrong with the number of a record's fields; undefined when each column has one. */
export const wrongWidth = (header: readonly string[], fields: readonly string[]): string | undefined =>
  fields.length === header.length ? undefined : `it has ${fields.length} fields, and the header names ${header.length}`;
