/** Reads a file for `daymill load`: CSV or NDJSON, plain or compressed, row by row, each with its line and its day. */
import { UserError } from '../../errors.ts';
import type { FileRow } from '../model/file-row.ts';
import { ownMember } from '../../values/own-member.ts';
import { byColumn, csvHeader, wrongWidth } from './csv-header.ts';
import { jsonLosses } from './exact-json.ts';
import { openText } from './open-text.ts';
import { type CsvRecord, parseCsv } from './parse-csv.ts';
import { dayOfValue, noDay } from './row-day.ts';

export type RowFormat = 'csv' | 'ndjson';

export interface ReadRowsOptions {
  readonly format: RowFormat;
  readonly dateColumn: string;
  /** Hears how far the file was read, in bytes on disk. */
  readonly onBytes?: (read: number, total: number) => void;
}

const FORMATS: Readonly<Record<string, RowFormat>> = { csv: 'csv', ndjson: 'ndjson', jsonl: 'ndjson' };

/** Characters of a line that is no JSON which go into the list of wrong rows. */
const SHOWN_CHARACTERS = 500;

/** By the file's name, without the ending of its compression; undefined when it says nothing. */
export const formatOf = (path: string): RowFormat | undefined =>
  ownMember(FORMATS, /\.([^.]+)(?:\.(?:gz|zst))?$/i.exec(path)?.[1]?.toLowerCase() ?? '');

/**
 * Yields rows in the file's order, in batches of whatever one read of the disk brings. Wrong rows are yielded as such.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when the file as a whole cannot be read: it is something else than its name says, no
 * UTF-8, cut off or damaged, or has no such column.
 */
export async function* readRows(
  path: string,
  { format, dateColumn, onBytes = () => {} }: ReadRowsOptions,
): AsyncGenerator<FileRow[]> {
  const { chunks, size, bytesRead } = await openText(path, path);
  for await (const batch of (format === 'csv' ? csvFileRows : ndjsonFileRows)(chunks, path, dateColumn)) {
    onBytes(bytesRead(), size);
    yield batch;
  }
}

async function* csvFileRows(
  chunks: AsyncIterable<string>,
  path: string,
  dateColumn: string,
): AsyncGenerator<FileRow[]> {
  let header: readonly string[] | undefined;
  for await (const records of parseCsv(chunks, path)) {
    const rows: FileRow[] = [];
    for (const record of records) {
      if (header === undefined) header = csvHeader(record.fields, path, dateColumn);
      else rows.push(csvFileRow(record, header, path, dateColumn));
    }
    yield rows;
  }
}

function csvFileRow(
  { line, fields, ended }: CsvRecord,
  header: readonly string[],
  path: string,
  dateColumn: string,
): FileRow {
  if (fields.every((field) => field.trim() === '')) return { kind: 'blank', line };
  const reason = wrongWidth(header, fields);
  if (reason === undefined) return dated(line, byColumn(header, fields), dateColumn);
  if (!ended && fields.length < header.length) throw cutOff(path, line, reason);
  return { kind: 'wrong', line, column: '', reason, row: fields };
}

/** Rows come in any order, so those that are missing may be of any day. */
const cutOff = (path: string, line: number, reason: string): UserError =>
  new UserError(
    'BAD_SOURCE',
    `${path} is cut off in line ${line}, its last: ${reason}, and no line end follows. Get the whole file.`,
  );

async function* ndjsonFileRows(
  chunks: AsyncIterable<string>,
  path: string,
  dateColumn: string,
): AsyncGenerator<FileRow[]> {
  let line = 0;
  let rest = '';
  let begun = false;
  let afterCr = false;
  const rowsOf = (lines: readonly string[], ended: boolean): FileRow[] =>
    lines.flatMap((text) => {
      line++;
      if (text.trim() === '') return [];
      if (!begun) assertLines(text.trim(), path);
      begun = true;
      const values = parsedJson(text);
      if (values instanceof SyntaxError) {
        const reason = `it is no JSON: ${whyNot(text, values)}`;
        if (!ended && text.trimStart().startsWith('{')) throw cutOff(path, line, reason);
        return [{ kind: 'wrong', line, column: '', reason, row: text.slice(0, SHOWN_CHARACTERS) }];
      }
      return [ndjsonFileRow(line, text, values, dateColumn)];
    });
  for await (const chunk of chunks) {
    const lines = (afterCr && chunk.startsWith('\n') ? chunk.slice(1) : chunk).split(/\r\n?|\n/);
    afterCr = chunk.endsWith('\r');
    lines[0] = rest + lines[0];
    rest = lines.pop() ?? '';
    yield rowsOf(lines, true);
  }
  yield rowsOf([rest], false);
}

/** Of the first line that says something: JSON that is not an object a line would be one wrong row after another. */
function assertLines(first: string, path: string): void {
  if (!first.startsWith('[') && first !== '{') return;
  throw new UserError(
    'BAD_SOURCE',
    `${path} is one JSON ${first === '{' ? 'text over several lines' : 'list'}, and NDJSON is an object a line. ` +
      `Convert it: jq -c ${first === '{' ? '.' : "'.[]'"} FILE > FILE.ndjson.`,
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    return thrown;
  }
}

const whyNot = (text: string, { message }: SyntaxError): string =>
  /[:,[]\s*(?:NaN|-?Infinity)\b/.test(text)
    ? 'NaN and Infinity are no part of it. Have null sent where there is no number'
    : message;

function ndjsonFileRow(line: number, text: string, values: unknown, dateColumn: string): FileRow {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    return { kind: 'wrong', line, column: '', reason: 'it is no JSON object', row: values };
  const losses = jsonLosses(text, values);
  if (losses === undefined)
    return { kind: 'wrong', line, column: '', reason: 'it is nested too deep', row: text.slice(0, SHOWN_CHARACTERS) };
  const { lostKey, inexact } = losses;
  if (lostKey !== undefined) {
    const name = lostKey.at(-1) ?? '';
    const reason = name === '__proto__' ? 'no field can be called so' : 'its object has this key twice';
    return { kind: 'wrong', line, column: lostKey.join('.'), reason, row: text.slice(0, SHOWN_CHARACTERS) };
  }
  const row = dated(line, values as Record<string, unknown>, dateColumn);
  return inexact.length === 0 || row.kind !== 'row' ? row : { ...row, inexact };
}

function dated(line: number, values: Readonly<Record<string, unknown>>, dateColumn: string): FileRow {
  const value = Object.hasOwn(values, dateColumn) ? values[dateColumn] : undefined;
  const date = dayOfValue(value);
  if (date !== undefined) return { kind: 'row', line, date, values };
  return { kind: 'wrong', line, column: dateColumn, reason: noDay(value), row: values };
}
