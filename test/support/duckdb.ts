/** DuckDB over the bundled files: the independent oracle. */
import { resolve } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const DATA = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data');

/** For use in FROM. Flights have `day` beside the file's own columns. */
export const FLIGHTS = `(SELECT *, date::DATE::VARCHAR AS day FROM '${DATA}/flights-3m.parquet')`;
export const PRICES = `(SELECT * REPLACE (date::DATE::VARCHAR AS date) FROM '${DATA}/sp500-2000.csv')`;

/** Runs one query, each row an object. Cast integers to INT or DOUBLE in SQL: BIGINT arrives as bigint. */
export async function query<Row>(sql: string): Promise<Row[]> {
  const instance = await DuckDBInstance.create();
  try {
    const connection = await instance.connect();
    try {
      const reader = await connection.runAndReadAll(sql);
      return reader.getRowObjectsJS() as Row[];
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}
