/** Rows of 24 pixels: as much on a screen as can be read. Sorted by a click on a head, which the URL keeps. */
import type { ComponentChildren } from 'preact';
import { query, setQuery } from '../shell/location.ts';
import { useRowsInView } from './rows-in-view.ts';

export interface Column<R> {
  readonly name: string;
  readonly cell: (row: R) => ComponentChildren;
  /** What it is sorted by; not at all when absent. */
  readonly by?: (row: R) => number | string;
  readonly isNumber?: boolean;
  /** Of words that may take several lines. */
  readonly isWide?: boolean;
}

interface Props<R> {
  /** Of the table, for who cannot see it; and its name in the URL. */
  readonly label: string;
  readonly rows: readonly R[];
  readonly columns: readonly Column<R>[];
  readonly keyOf: (row: R) => string;
  readonly onRow?: ((row: R) => void) | undefined;
  readonly rowClass?: ((row: R) => string | undefined) | undefined;
  /** What a row opens into, below it; nothing while it is closed. */
  readonly within?: (row: R) => ComponentChildren;
  /** The name of the query's parameter for its order: of a view with several tables each has its own. */
  readonly sortName?: string;
}

/** From so many rows on, only those that are seen are drawn. */
const LONG = 300;

export function Table<R>({ label, rows, columns, keyOf, onRow, rowClass, within, sortName = 'sort' }: Props<R>) {
  const wanted = query.value.get(sortName) ?? '';
  const isDown = wanted.startsWith('-');
  const column = columns.find(({ name, by }) => by !== undefined && name === wanted.replace(/^-/, ''));
  const sorted = column?.by === undefined ? rows : sortedBy(rows, column.by, isDown);
  const isLong = rows.length > LONG;
  const [box, { first, end, before, after }] = useRowsInView(rows.length, isLong);
  return (
    <div ref={box} class={isLong ? 'scroll long' : 'scroll'} tabIndex={0} role="region" aria-label={label}>
      <table aria-rowcount={isLong ? rows.length + 1 : undefined}>
        <thead>
          <tr>
            {columns.map(({ name, by, isNumber, isWide }) => (
              <th
                key={name}
                scope="col"
                class={classOf({ isNumber, isWide })}
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
          <Gap height={before} />
          {sorted.slice(first, end).map((row) => (
            <Row
              key={keyOf(row)}
              row={row}
              columns={columns}
              onRow={onRow}
              rowClass={rowClass}
              within={within?.(row)}
            />
          ))}
          <Gap height={after} />
        </tbody>
      </table>
    </div>
  );
}

interface RowProps<R> extends Pick<Props<R>, 'columns' | 'onRow' | 'rowClass'> {
  readonly row: R;
  readonly within: ComponentChildren;
}

function Row<R>({ row, columns, onRow, rowClass, within }: RowProps<R>) {
  const classes = [rowClass?.(row), onRow === undefined ? undefined : 'opens'].filter(Boolean).join(' ');
  return (
    <>
      <tr
        data-row
        class={classes === '' ? undefined : classes}
        onClick={onRow === undefined ? undefined : () => onRow(row)}
      >
        {columns.map(({ name, cell, isNumber, isWide }) => (
          <td key={name} class={classOf({ isNumber, isWide })}>
            {cell(row)}
          </td>
        ))}
      </tr>
      {within === undefined || within === null ? null : (
        <tr class="within">
          <td colSpan={columns.length} class="wide">
            <div class="within-box">{within}</div>
          </td>
        </tr>
      )}
    </>
  );
}

const classOf = ({
  isNumber,
  isWide,
}: {
  readonly isNumber: boolean | undefined;
  readonly isWide: boolean | undefined;
}) => (isNumber === true ? 'number' : isWide === true ? 'wide' : undefined);

/** In the place of rows that are not drawn. */
const Gap = ({ height }: { readonly height: number }) =>
  height === 0 ? null : (
    <tr class="gap" aria-hidden="true">
      <td style={{ height: `${height}px` }} />
    </tr>
  );

function sortedBy<R>(rows: readonly R[], by: (row: R) => number | string, isDown: boolean): R[] {
  const sign = isDown ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return left < right ? -sign : left > right ? sign : 0;
  });
}
