/** A row of a file with its day, or what is wrong with it. */
import { authorCode, sayStray } from '../../process/author-code.ts';
import { toError } from '../../errors.ts';
import type { DateColumn, Row } from '../model/dataset.ts';
import type { FileRow } from '../model/file-row.ts';
import { dateIn, dateName, dayOfValue, noDay } from './row-day.ts';

/** What the readers of all texts are told. */
export interface TextOptions {
  /** What errors call it. */
  readonly file: string;
  readonly dateColumn: DateColumn;
  /** Whether JSON may be one object, not in a list. */
  readonly single?: boolean | undefined;
}

export type DateRow = (line: number, values: Row) => FileRow;

/** A date column that is a function is the author's code, and is run as such. */
export function rowDater({ file, dateColumn }: TextOptions): DateRow {
  const name = `dateColumn of ${file}`;
  const code = authorCode({ name, onStray: sayStray(name) });
  const column = dateName(dateColumn);
  return (line, values) => {
    const wrong = (reason: string): FileRow => ({ kind: 'wrong', line, column, reason, row: values });
    let value: unknown;
    try {
      value = typeof dateColumn === 'function' ? code.run(() => dateColumn(values)) : dateIn(values, dateColumn);
    } catch (thrown) {
      return wrong(toError(thrown).message);
    }
    const date = dayOfValue(value);
    return date === undefined ? wrong(noDay(value)) : { kind: 'row', line, date, values };
  };
}
