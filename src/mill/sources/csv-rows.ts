/** Rows of a CSV: text, by the names of the header. */
import { UserError } from '../../errors.ts';
import type { Delimiter } from '../model/dataset.ts';
import type { FileRow } from '../model/file-row.ts';
import { byColumn, csvHeader, wrongWidth } from './csv-header.ts';
import { type DateRow, rowDater, type TextOptions } from './dated-row.ts';
import { type CsvRecord, parseCsv } from './parse-csv.ts';

export interface CsvOptions extends TextOptions {
  readonly delimiter?: Delimiter | undefined;
}

/** @throws {UserError} BAD_SOURCE for a header that cannot be, quotes that do not match, and a file that is cut off. */
export async function* csvRows(chunks: AsyncIterable<string>, options: CsvOptions): AsyncGenerator<FileRow[]> {
  const { file, dateColumn, delimiter } = options;
  const dated = rowDater(options);
  let header: readonly string[] | undefined;
  for await (const records of parseCsv(chunks, file, delimiter)) {
    const rows: FileRow[] = [];
    for (const record of records) {
      if (header === undefined) header = csvHeader(record.fields, file, dateColumn);
      else rows.push(csvRow(record, header, file, dated));
    }
    yield rows;
  }
}

function csvRow({ line, fields, ended }: CsvRecord, header: readonly string[], file: string, dated: DateRow): FileRow {
  if (fields.every((field) => field.trim() === '')) return { kind: 'blank', line };
  const reason = wrongWidth(header, fields);
  if (reason === undefined) return dated(line, byColumn(header, fields));
  if (!ended && fields.length < header.length) throw cutOff(file, line, reason);
  return { kind: 'wrong', line, column: '', reason, row: fields };
}

/** Rows come in any order, so those that are missing may be of any day. */
export const cutOff = (file: string, line: number, reason: string): UserError =>
  new UserError(
    'BAD_SOURCE',
    `${file} is cut off in line ${line}, its last: ${reason}, and no line end follows. Get the whole file.`,
  );
