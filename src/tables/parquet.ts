/** A table as Parquet, zstd inside: a row group a batch, so that memory is that of a batch. */
import { zstdCompressSync } from 'node:zlib';
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { type Cell, type Column, isNothing, rowsIn, type Table } from './table.ts';

type Source = Parameters<ParquetWriter['write']>[0]['columnData'][number];

const TYPES = {
  text: 'STRING',
  json: 'STRING',
  number: 'DOUBLE',
  integer: 'INT64',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
} as const;

export async function* writeParquet({ columns, batches }: Table): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columns.map((column) => sourceOf(column, [])) });
  const parquet = new ParquetWriter({
    writer,
    schema,
    codec: 'ZSTD',
    compressors: { ZSTD: (bytes) => zstdCompressSync(bytes) },
    createdBy: 'daymill',
  });
  const taken = (): Uint8Array => {
    const bytes = writer.getBytes().slice();
    // Offsets count on; the buffer begins anew.
    writer.index = 0;
    return bytes;
  };
  for await (const batch of batches) {
    const columnData = columns.map((column, at) => sourceOf(column, batch[at] ?? []));
    await parquet.write({ columnData, rowGroupSize: Math.max(1, rowsIn(batch)) });
    yield taken();
  }
  await parquet.finish();
  yield taken();
}

const sourceOf = (column: Column, cells: readonly Cell[]): Source => ({
  name: column.name,
  type: TYPES[column.type],
  nullable: true,
  data: cells.map((cell) => (isNothing(cell) ? undefined : parquetCell(cell, column))),
});

function parquetCell(cell: Cell, { type }: Column): unknown {
  if (type === 'json') return JSON.stringify(cell);
  if (type === 'time') return new Date(cell as number);
  return type === 'integer' ? BigInt(Math.trunc(cell as number)) : cell;
}
