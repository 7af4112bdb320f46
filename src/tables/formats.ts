/** The formats that tables are written in, by the names that people know. */
import { writeCsv } from './csv.ts';
import { writeNdjson } from './ndjson.ts';
import type { Table } from './table.ts';

export const FORMATS = ['json', 'csv', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/x-ndjson; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
};

/** Of files. */
export const EXTENSIONS: Readonly<Record<Format, string>> = { json: 'ndjson', csv: 'csv', parquet: 'parquet' };

/** Parquet is loaded when it is asked for. */
export async function* writeTable(table: Table, format: Format): AsyncGenerator<Uint8Array> {
  if (format === 'csv') yield* writeCsv(table);
  else if (format === 'json') yield* writeNdjson(table);
  else yield* (await import('./parquet.ts')).writeParquet(table);
}
