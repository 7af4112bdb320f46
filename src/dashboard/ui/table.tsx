/** Rows of 24 pixels: as much on a screen as can be read. Sorted by a click on a head, which the URL keeps. */
import type { ComponentChildren } from 'preact';
import { query, setQuery } from '../shell/location.ts';

export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => ComponentChildren;
  /** What it is sorted by; not at all when absent. */
  readonly by?: (row: R) => number | string;
  readonly isNumber?: boolean;
}

interface Props<R> {
  /** Of the table, for who cannot see it; and its name in the URL. */
  readonly label: string;
  readonly rows: readonly R[];
  readonly columns: readonly Column<R>[];
  readonly keyOf: (row: R) => string;
  readonly onRow?: (row: R) => void;
  readonly rowClass?: (row: R) => string | undefined;
  /** The name of the query's parameter for its order: of a view with several tables each has its own. */
  readonly sortName?: string;
}

export function Table<R>({ label, rows, columns, keyOf, onRow, rowClass, sortName = 'sort' }: Props<R>) {
  const wanted = query.value.get(sortName) ?? '';
  const isDown = wanted.startsWith('-');
  const column = columns.find(({ name }) => name === wanted.replace(/^-/, ''));
  const sorted = column?.by === undefined ? rows : sortedBy(rows, column.by, isDown);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, by, isNumber }) => (
              <th
                key={name}
                scope="col"
                class={isNumber === true ? 'number' : undefined}
                aria-sort={column?.name === name ? (isDown ? 'descending' : 'ascending') : undefined}
              >
                {by === undefined ? (
                  name
                ) : (
                  <button
                    type="button"
                    class="plain"
                    onClick={() => setQuery({ [sortName]: column?.name === name && isDown ? name : `-${name}` })}
                  >
                    {name}
                    {column?.name === name ? (isDown ? ' ↓' : ' ↑') : ''}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map((row) => (
            <tr key={keyOf(row)} class={rowClass?.(row)} onClick={onRow === undefined ? undefined : () => onRow(row)}>
              {columns.map(({ name, cell, isNumber }) => (
                <td key={name} class={isNumber === true ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function sortedBy<R>(rows: readonly R[], by: (row: R) => number | string, isDown: boolean): R[] {
  const sign = isDown ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return left < right ? -sign : left > right ? sign : 0;
  });
}
