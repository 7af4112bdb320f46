/** An RFC 4180 parser over a stream of text: https://www.rfc-editor.org/rfc/rfc4180 */
import { UserError } from '../../errors.ts';
import type { Delimiter } from '../model/dataset.ts';

export interface CsvRecord {
  /** On which it starts; 1 for the file's first. */
  readonly line: number;
  readonly fields: string[];
  /** Whether a line end follows: a file that was cut off has none after its last record. */
  readonly ended: boolean;
}

/**
 * Yields the records that each chunk of text completes, the header among them. Lines end in LF, CRLF or CR, empty lines are
 * skipped, a quoted field may hold delimiters, line ends and doubled quotes, and a chunk may end anywhere.
 * @throws {UserError} BAD_SOURCE when a quote is never closed, or text follows a closing quote.
 */
export async function* parseCsv(
  chunks: AsyncIterable<string>,
  file: string,
  delimiter: Delimiter = ',',
): AsyncGenerator<CsvRecord[]> {
  let state: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  let field = '';
  let fields: string[] = [];
  let records: CsvRecord[] = [];
  let line = 1;
  let startLine = 1;
  let quoteLine = 1;
  let afterCr = false;

  const endField = (): void => {
    fields.push(field);
    field = '';
    state = 'start';
  };
  const endRecord = (ended: boolean): void => {
    const empty = fields.length === 0 && field === '' && state !== 'closed';
    endField();
    if (!empty) records.push({ line: startLine, fields, ended });
    fields = [];
    startLine = line;
  };

  for await (const chunk of chunks) {
    for (const character of chunk) {
      const restOfCrlf = afterCr && character === '\n';
      afterCr = character === '\r';
      if (afterCr || (character === '\n' && !restOfCrlf)) line++;
      if (state === 'quoted') {
        if (character === '"') state = 'closed';
        else field += character;
      } else if (character === '"' && state !== 'plain') {
        // A second quote right after a closing one is a quote of the text.
        if (state === 'closed') field += '"';
        else quoteLine = line;
        state = 'quoted';
      } else if (character === delimiter) endField();
      else if (afterCr || character === '\n') {
        if (!restOfCrlf) endRecord(true);
      } else if (state === 'closed') {
        throw new UserError('BAD_SOURCE', `${file}, line ${line}: "${character}" follows a closing quote.`);
      } else {
        state = 'plain';
        field += character;
      }
    }
    yield records;
    records = [];
  }
  if (state === 'quoted')
    throw new UserError('BAD_SOURCE', `${file}: the quote that opens on line ${quoteLine} is never closed.`);
  endRecord(false);
  yield records;
}
