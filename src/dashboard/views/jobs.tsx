/** What is done by itself, when, and how it ended; and what people did. */
import { type Job, LastEnds } from '../jobs/last-ends.tsx';
import '../jobs/jobs.css';
import { PauseList, PauseOne, type Pauses } from '../jobs/pauses.tsx';
import { Record } from '../jobs/record.tsx';
import { RunDay } from '../jobs/run-day.tsx';
import { useAnswer } from '../data/answer.ts';
import { ago, seconds, time } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';

/** As GET /api/mill/jobs answers it. */
interface JobsAnswer {
  readonly jobs: readonly Job[];
  readonly paused: Pauses;
}

export function View() {
  const answer = useAnswer<JobsAnswer>('/api/mill/jobs');
  return (
    <>
      <Panel title="Jobs" answer={answer} command="npx daymill jobs">
        {({ jobs, paused }) => (
          <>
            <PauseList paused={paused} />
            {jobs.length === 0 ? (
              <Empty what="No job has run yet">
                <p>
                  <code>npx daymill run</code> runs a day, and <code>npx daymill serve</code> does what is due with what
                  is collected; of a deployment, <code>npx daymill deploy</code> makes the schedule that does both.
                </p>
              </Empty>
            ) : (
              <Table
                label="Jobs"
                rows={jobs}
                keyOf={({ name }) => name}
                columns={[
                  { name: 'Job', cell: ({ name }) => name, by: ({ name }) => name },
                  {
                    name: 'Next',
                    cell: ({ nextMs }) => <Next nextMs={nextMs} />,
                    by: ({ nextMs }) => nextMs ?? Infinity,
                  },
                  { name: 'Last ten', cell: ({ last }) => <LastEnds last={last} /> },
                  {
                    name: 'Ended',
                    cell: ({ last: [end] }) => (end === undefined ? '' : time(end.startedMs + end.tookMs)),
                  },
                  {
                    name: 'Took',
                    cell: ({ last: [end] }) => (end === undefined ? '' : seconds(end.tookMs / 1_000)),
                    isNumber: true,
                  },
                  { name: 'What came of it', cell: ({ last: [end] }) => end?.text ?? '', isWide: true },
                ]}
              />
            )}
            <p class="buttons start">
              <RunDay />
              <PauseOne paused={paused} />
            </p>
          </>
        )}
      </Panel>
      <Record />
    </>
  );
}

function Next({ nextMs }: { readonly nextMs: number | undefined }) {
  if (nextMs === undefined) return <span class="quiet">not scheduled here</span>;
  const inMs = nextMs - Date.now();
  return <span title={time(nextMs)}>{inMs >= 0 ? `in ${seconds(inMs / 1_000)}` : `due ${ago(nextMs)}`}</span>;
}
