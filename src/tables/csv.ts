/** A table as CSV. https://www.rfc-editor.org/rfc/rfc4180 */
import { type Cell, type ColumnType, isNothing, rowsIn, type Table, timeText } from './table.ts';

/**
 * What a spreadsheet takes for a formula, and would carry out: it gets an apostrophe before it, which spreadsheets do not show.
 * https://owasp.org/www-community/attacks/CSV_Injection Numbers are none.
 */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

export async function* writeCsv({ columns, batches }: Table): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${columns.map(({ name }) => quoted(defused(name))).join(',')}\r\n`);
  for await (const batch of batches) {
    const lines: string[] = [];
    for (let row = 0; row < rowsIn(batch); row++)
      lines.push(columns.map(({ type }, at) => written(batch[at]?.[row], type)).join(','));
    if (lines.length > 0) yield Buffer.from(`${lines.join('\r\n')}\r\n`);
  }
}

function written(cell: Cell, type: ColumnType): string {
  if (isNothing(cell)) return '';
  switch (type) {
    case 'number':
      return typeof cell === 'number' ? String(cell) : '';
    case 'integer':
    case 'boolean':
      return JSON.stringify(cell);
    case 'time':
      return timeText(cell as number);
    case 'json':
      return quoted(JSON.stringify(cell));
    case 'text':
      return quoted(defused(cell as string));
  }
}

const defused = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);

const quoted = (text: string): string => (NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
