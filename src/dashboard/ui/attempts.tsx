/** Attempts as rows, wherever they are listed: of a cell, of a run, of a task. */
import type { AttemptRow } from '../../mill/answers/attempt-row.ts';
import { bytes, count, megabytes, millis, time } from './format.ts';
import { NamedCell, RunLink, TaskLink } from './links.tsx';
import { type Column, Table } from './table.tsx';

const WORDS: Readonly<Record<NonNullable<AttemptRow['end']>, string>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  OUT_OF_MEMORY: 'out of memory',
  DIED: 'died',
  GIVEN_BACK: 'given back',
  CANCELLED: 'cancelled',
};
const BAD = new Set(['FAILED', 'OUT_OF_MEMORY', 'DIED']);

/** How an attempt ended. */
export function End({ end }: { readonly end: AttemptRow['end'] }) {
  if (end === undefined) return <span class="good">under way</span>;
  return <span class={BAD.has(end) ? 'bad' : undefined}>{WORDS[end]}</span>;
}

const tookMs = ({ startedMs, endedMs }: AttemptRow): number | undefined =>
  endedMs === undefined ? undefined : endedMs - startedMs;

/** `load 3 ms, compute 12 ms …`, of what took the time. */
function shares({ figures }: AttemptRow): string {
  if (figures === undefined) return '';
  const { loadMs, computeMs, writeMs, commitMs } = figures;
  return Object.entries({ load: loadMs, compute: computeMs, write: writeMs, commit: commitMs })
    .map(([name, ms]) => `${name} ${millis(ms)}`)
    .join(', ');
}

const COLUMNS: readonly Column<AttemptRow>[] = [
  { name: 'Started', cell: ({ startedMs }) => time(startedMs), by: ({ startedMs }) => startedMs },
  { name: 'Run', cell: ({ runId }) => <RunLink id={runId} /> },
  { name: 'Cell', cell: ({ cell }) => <NamedCell cell={cell} />, by: ({ cell }) => cell },
  {
    name: 'Attempt',
    cell: (row) => <TaskLink id={row.taskId} text={`${row.number}, ${row.trigger.toLowerCase().replace('_', ' ')}`} />,
  },
  {
    name: 'End',
    cell: ({ end, error }) => (
      <>
        <End end={end} />
        {error === undefined ? null : (
          <span class="quiet" title={error.message}>
            {' '}
            {error.code}
          </span>
        )}
      </>
    ),
    by: ({ end = '' }) => end,
  },
  {
    name: 'Took',
    cell: (row) => <span title={shares(row)}>{tookMs(row) === undefined ? '' : millis(tookMs(row) ?? 0)}</span>,
    by: (row) => tookMs(row) ?? Infinity,
    isNumber: true,
  },
  { name: 'Tier', cell: ({ tier }) => tier, by: ({ tier }) => tier },
  {
    name: 'Peak',
    cell: ({ peakRssMB }) => (peakRssMB === undefined ? '' : megabytes(peakRssMB)),
    by: ({ peakRssMB }) => peakRssMB ?? 0,
    isNumber: true,
  },
  { name: 'Cells', cell: ({ cells }) => count(cells), by: ({ cells }) => cells, isNumber: true },
  {
    name: 'Read',
    cell: ({ figures }) => (figures === undefined ? '' : bytes(figures.bytesRead)),
    by: ({ figures }) => figures?.bytesRead ?? 0,
    isNumber: true,
  },
  {
    name: 'Written',
    cell: ({ figures }) => (figures === undefined ? '' : bytes(figures.bytesWritten)),
    by: ({ figures }) => figures?.bytesWritten ?? 0,
    isNumber: true,
  },
];

/** `without`: columns that would say the same in every row. */
export const Attempts = ({
  rows,
  without,
  label = 'Attempts',
}: {
  readonly rows: readonly AttemptRow[];
  readonly without: readonly ('Run' | 'Cell' | 'Cells')[];
  readonly label?: string;
}) => (
  <Table
    label={label}
    rows={rows}
    keyOf={({ taskId, number }) => `${taskId} ${number}`}
    sortName="attempts"
    columns={COLUMNS.filter(({ name }) => !(without as readonly string[]).includes(name))}
  />
);
