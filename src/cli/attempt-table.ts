/** Attempts in a table, as `attempts`, `run show` and `dead-letters show` print them. */
import type { AttemptRow } from '../mill/answers/attempt-row.ts';
import type { AttemptFigures } from '../mill/model/attempt.ts';
import { counted } from './counted.ts';
import type { Output } from './output.ts';
import { paint } from './paint.ts';
import type { Column } from './table.ts';
import { bytes, duration, instant } from './units.ts';

const COLUMNS: readonly Column[] = [
  right('attempt'),
  { title: 'trigger', yields: 2 },
  { title: 'tier', yields: 1 },
  {
    title: 'end',
    paint: (end) => (end === 'COMPLETED' ? end : end === 'under way' ? paint.coming(end) : paint.bad(end)),
  },
  right('took'),
  { ...right('load+compute+write+commit'), yields: 8 },
  right('cells'),
  { ...right('entities'), yields: 7 },
  { ...right('in'), yields: 5 },
  { ...right('out'), yields: 6 },
  { ...right('peak'), yields: 3 },
  { ...right('reads'), yields: 4 },
  { ...right('writes'), yields: 4 },
];

/** One line an attempt, and under it its error and what its code printed. `by`: what tells the attempts of the list apart. */
export function printAttempts(rows: readonly AttemptRow[], by: 'run' | 'cell', output: Output): void {
  output.table(
    [{ title: 'started (UTC)', yields: 3 }, { title: by === 'run' ? 'run' : 'first cell' }, ...COLUMNS],
    rows.map((row) => [instant(row.startedMs), by === 'run' ? row.runId : row.cell, ...columnsOf(row)]),
    rows.map(notesOf),
  );
}

/** Its error, and what its code printed. */
function notesOf({ error, printed }: AttemptRow): string | undefined {
  const notes = error === undefined ? [] : [`${error.code}: ${error.message}`];
  for (const { cell, at, text } of printed?.lines ?? [])
    notes.push(`${paint.quiet(`${cell} ${at === undefined ? '' : `${at}: `}`)}${text}`);
  const more = (printed?.count ?? 0) - (printed?.lines.length ?? 0);
  if (more > 0) notes.push(`… and ${counted(more, 'more line')} that it printed; the log has the first of each cell`);
  return notes.length === 0 ? undefined : notes.join('\n  ');
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
