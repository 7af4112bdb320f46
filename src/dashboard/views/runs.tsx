/** What ran, newest first. */
import type { RunsAnswer } from '../../mill/answers/runs.ts';
import { useAnswer } from '../data/answer.ts';
import { Empty } from '../ui/note.tsx';
import { count, millis, time } from '../ui/format.ts';
import { RunLink } from '../ui/links.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';

/** Each costs two reads. */
const LIMIT = 50;

export function View() {
  const answer = useAnswer<RunsAnswer>(`/api/mill/runs?limit=${LIMIT}`);
  return (
    <>
      <h1>Runs</h1>
      <Panel title="Newest" answer={answer} command={`npx daymill runs --limit ${LIMIT}`}>
        {({ runs }) =>
          runs.length === 0 ? (
            <Empty what="Nothing ran yet">
              <p>
                <code>npx daymill run</code> makes the cells of the days up to its date.
              </p>
            </Empty>
          ) : (
            <Table
              label="Runs"
              rows={runs}
              keyOf={({ id }) => id}
              columns={[
                { name: 'Started', cell: ({ startedAt }) => time(startedAt), by: ({ startedAt }) => startedAt },
                { name: 'Run', cell: ({ id }) => <RunLink id={id} /> },
                { name: 'Day', cell: ({ date }) => date, by: ({ date }) => date },
                { name: 'Pass', cell: ({ pass }) => pass ?? '', isNumber: true },
                {
                  name: 'State',
                  cell: ({ state }) => (state === 'RUNNING' ? <span class="good">running</span> : state.toLowerCase()),
                  by: ({ state }) => state,
                },
                { name: 'Cells', cell: ({ cells }) => count(cells), by: ({ cells }) => cells, isNumber: true },
                { name: 'Tasks', cell: ({ tasks }) => count(tasks), by: ({ tasks }) => tasks, isNumber: true },
                { name: 'Open', cell: ({ remaining }) => (remaining === 0 ? '' : count(remaining)), isNumber: true },
                {
                  name: 'Failed',
                  cell: ({ failedTasks }) => (failedTasks === 0 ? '' : <span class="bad">{count(failedTasks)}</span>),
                  by: ({ failedTasks }) => failedTasks,
                  isNumber: true,
                },
                {
                  name: 'Took',
                  cell: ({ tookMs }) => (tookMs === null ? '' : millis(tookMs)),
                  by: ({ tookMs }) => tookMs ?? Infinity,
                  isNumber: true,
                },
              ]}
            />
          )
        }
      </Panel>
    </>
  );
}
