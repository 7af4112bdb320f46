/** Series as a table: a column a label, and the value, or every value. */
import { time } from '../ui/format.ts';
import { Table } from '../ui/table.tsx';
import { figure, type Measured } from './figures.ts';
import { labelsOf, type Row } from './series.ts';

interface Props {
  readonly rows: readonly Row[];
  readonly measured: Measured;
  /** Names its order in the URL. */
  readonly number: number;
}

/** Rows of a table: what is beyond is said. */
const MOST = 500;

export function Values({ rows, measured, number }: Props) {
  const isRanged = rows.some(({ values }) => values.length > 1);
  const ranged = (['min', 'max', 'mean'] as const).map((name) => ({
    name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    cell: (row: Row) => <span title={String(row[name])}>{figure(row[name], measured)}</span>,
    by: (row: Row) => row[name],
    isNumber: true,
  }));
  return (
    <>
      <Table
        label={`Values of expression ${number}`}
        rows={rows.slice(0, MOST)}
        keyOf={({ key }) => key}
        sortName={`sort${number}`}
        columns={[
          ...labelsOf(rows).all.map((name) => ({
            name,
            cell: ({ metric }: Row) => metric[name] ?? '',
            by: ({ metric }: Row) => metric[name] ?? '',
          })),
          { name: 'At', cell: ({ values }) => time((values.at(-1)?.[0] ?? NaN) * 1_000) },
          {
            name: isRanged ? 'Last' : 'Value',
            cell: ({ last }) => <span title={String(last)}>{figure(last, measured)}</span>,
            by: ({ last }) => last,
            isNumber: true,
          },
          ...(isRanged ? ranged : []),
        ]}
      />
      {rows.length > MOST ? (
        <p class="quiet">
          The first {MOST} of {rows.length} series.
        </p>
      ) : null}
    </>
  );
}
