/** What tasks took of memory, what was predicted, and which tier they start on. */
import type { MemoryAnswer } from '../../mill/answers/memory.ts';
import { useAnswer } from '../data/answer.ts';
import { Scatter } from '../memory/scatter.tsx';
import { query, setQuery } from '../shell/location.ts';
import { count, counted, dollars, megabytes, time } from '../ui/format.ts';
import { TaskLink } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Opener } from '../ui/opener.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';

type MemoryRow = MemoryAnswer['computations'][number];

export function View() {
  const answer = useAnswer<MemoryAnswer>('/api/mill/memory');
  return (
    <Panel title="Memory" answer={answer}>
      {({ computations, runs, tasks }) => {
        const shown = computations.find(isOpen) ?? computations.find(({ points }) => points.length > 0);
        if (shown === undefined)
          return (
            <Empty what="No task has noted its memory yet">
              <p>
                <code>npx daymill run</code> makes cells; from their peaks it is learned on which tier a task starts.
              </p>
            </Empty>
          );
        return (
          <>
            {shown.points.length === 0 ? (
              <Empty what={`No attempt of ${shown.computation} is among the newest runs`}>
                <p>Only tasks that make nothing beside it count. Another computation is chosen in the table.</p>
              </Empty>
            ) : (
              <Scatter {...shown} />
            )}
            <p class="quiet">
              Of {counted(tasks, 'task')} in the newest {counted(runs, 'run')}.
            </p>
            <Table
              label="Memory by computation"
              rows={computations}
              keyOf={({ computation }) => computation}
              columns={COLUMNS}
              onRow={choose}
              rowClass={(row) => (row === shown ? 'chosen' : undefined)}
              within={(row) => (isOpen(row) && row.moved.length > 0 ? <Moved rows={row.moved} /> : undefined)}
            />
          </>
        );
      }}
    </Panel>
  );
}

const isOpen = ({ computation }: MemoryRow): boolean => query.value.get('open') === computation;
const choose = ({ computation }: MemoryRow): void => setQuery({ open: computation });
const peakOf = ({ points }: MemoryRow): number => points.reduce((most, { peakMB }) => Math.max(most, peakMB), 0);

const COLUMNS: readonly Column<MemoryRow>[] = [
  {
    name: 'Computation',
    cell: (row) => (
      <Opener isOpen={isOpen(row)} onTurn={() => choose(row)}>
        {row.computation}
      </Opener>
    ),
    by: ({ computation }) => computation,
  },
  { name: 'Starts on', cell: ({ tier }) => tier, by: ({ tier }) => tier },
  { name: 'Attempts', cell: ({ points }) => count(points.length), by: ({ points }) => points.length, isNumber: true },
  {
    name: 'Highest peak',
    cell: (row) => (row.points.length === 0 ? '' : megabytes(peakOf(row))),
    by: peakOf,
    isNumber: true,
  },
  {
    name: 'Predicted',
    cell: ({ predictedMB }) => (predictedMB === null ? '' : megabytes(predictedMB)),
    by: ({ predictedMB }) => predictedMB ?? 0,
    isNumber: true,
  },
  {
    name: 'Moved up',
    cell: ({ moved }) => (moved.length === 0 ? '' : count(moved.length)),
    by: ({ moved }) => moved.length,
    isNumber: true,
  },
  {
    name: 'Waste, GB-s',
    cell: ({ wasteGBs }) => (wasteGBs < 100 ? wasteGBs.toFixed(1) : count(Math.round(wasteGBs))),
    by: ({ wasteGBs }) => wasteGBs,
    isNumber: true,
  },
  {
    name: 'Waste, $',
    cell: ({ wasteDollars }) => dollars(wasteDollars),
    by: ({ wasteDollars }) => wasteDollars,
    isNumber: true,
  },
];

/** Tasks that are named. */
const NAMED = 10;

const Moved = ({ rows }: { readonly rows: MemoryRow['moved'] }) => (
  <ul class="notes">
    {rows.slice(0, NAMED).map(({ from, to, atMs, because, taskId }) => (
      <li key={taskId + from}>
        {time(atMs)}: from {from} to {to}, <TaskLink id={taskId} />: {because}
      </li>
    ))}
    {rows.length > NAMED ? <li>{counted(rows.length - NAMED, 'more task')}</li> : null}
  </ul>
);
