/** Attempts in a table, as `attempts`, `run show` and `dead-letters show` print them. */
import type { AttemptRow } from '../mill/answers/attempt-row.ts';
import type { AttemptFigures } from '../mill/model/attempt.ts';
import { table } from './table.ts';
import { bytes, duration, instant } from './units.ts';

const COLUMNS = [
  right('attempt'),
  { title: 'trigger' },
  { title: 'tier' },
  { title: 'end' },
  right('took'),
  right('load+compute+write+commit'),
  ...['cells', 'entities', 'in', 'out', 'peak', 'reads', 'writes'].map(right),
];

/** One line an attempt, and one under it for its error. `by`: what tells the attempts of the list apart. */
export function attemptTable(rows: readonly AttemptRow[], by: 'run' | 'cell'): string[] {
  const [titles = '', ...lines] = table(
    [{ title: 'started (UTC)' }, { title: by === 'run' ? 'run' : 'first cell' }, ...COLUMNS],
    rows.map((row) => [instant(row.startedMs), by === 'run' ? row.runId : row.cell, ...columnsOf(row)]),
  );
  return [
    titles,
    ...lines.flatMap((line, index) => {
      const error = rows[index]?.error;
      return error === undefined ? [line] : [line, `  ${error.code}: ${error.message}`];
    }),
  ];
}

function columnsOf({ figures, ...row }: AttemptRow): string[] {
  return [
    String(row.number),
    row.trigger,
    row.tier,
    row.end ?? 'under way',
    duration(row.endedMs === undefined ? null : row.endedMs - row.startedMs),
    figures === undefined ? '' : phases(figures),
    String(row.cells),
    figures === undefined ? '' : String(figures.entities),
    figures === undefined ? '' : bytes(figures.bytesRead),
    figures === undefined ? '' : bytes(figures.bytesWritten),
    row.peakRssMB === undefined ? '' : `${Math.round(row.peakRssMB)} MB`,
    figures === undefined ? '' : String(figures.reads),
    figures === undefined ? '' : String(figures.writes),
  ];
}

const phases = ({ loadMs, computeMs, writeMs, commitMs }: AttemptFigures): string =>
  `${[loadMs, computeMs, writeMs, commitMs].map((ms) => (ms / 1_000).toFixed(2)).join('+')} s`;

function right(title: string) {
  return { title, align: 'right' as const };
}
