/** A table as JSON, an object a line. https://github.com/ndjson/ndjson-spec */
import { type Cell, type ColumnType, isNothing, rowsIn, type Table, timeText } from './table.ts';

/** What is nothing is left out. */
export async function* writeNdjson({ columns, batches }: Table): AsyncGenerator<Uint8Array> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  for await (const batch of batches) {
    let text = '';
    for (let row = 0; row < rowsIn(batch); row++) {
      let line = '';
      for (const [at, { type }] of columns.entries()) {
        const cell = batch[at]?.[row];
        if (!isNothing(cell)) line += `${line === '' ? '' : ','}${keys[at] as string}${written(cell, type)}`;
      }
      text += `{${line}}\n`;
    }
    if (text !== '') yield Buffer.from(text);
  }
}

/** JSON has no word for NaN and the infinities: they are texts. */
function written(cell: Cell, type: ColumnType): string {
  if (type === 'time') return `"${timeText(cell as number)}"`;
  if (type === 'number' && !Number.isFinite(cell)) return `"${String(cell)}"`;
  return JSON.stringify(cell);
}
