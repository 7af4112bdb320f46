/** One run: its waves and tasks on a time axis, what failed, what took long. Watched until it ends. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { RunAnswer } from '../../mill/answers/run.ts';
import { useAnswer } from '../data/answer.ts';
import { isPaused } from '../data/live.ts';
import { useWatch } from '../data/watch.ts';
import { Facts, tallied } from '../run/facts.tsx';
import { Gantt } from '../run/gantt.tsx';
import { labelOf } from '../run/lanes.ts';
import { Legend } from '../run/legend.tsx';
import '../run/run.css';
import type { Timeline } from '../run/timeline.ts';
import { linkTo } from '../shell/location.ts';
import type { ViewProps } from '../shell/routes.ts';
import { Act } from '../ui/act.tsx';
import { Attempts } from '../ui/attempts.tsx';
import { Command } from '../ui/command.tsx';
import { count, counted, millis, time } from '../ui/format.ts';
import { NamedCell, RunLink, TaskLink } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Partial } from '../ui/partial.tsx';
import { Table } from '../ui/table.tsx';

/** Between two looks at the clock, in ms, while it runs. */
const TICK_MS = 500;
/** Within so long of the last end another wave may begin, in ms. */
const NEXT_WAVE_MS = 30_000;
/** Failures that are drawn. */
const SHOWN = 100;

export function View({ id = '' }: ViewProps) {
  const at = `/api/mill/runs/${encodeURIComponent(id)}`;
  const answer = useAnswer<RunAnswer>(at);
  const timeline = useAnswer<Timeline>(`${at}/timeline`);
  const isOpen =
    answer.data?.run.state === 'RUNNING' || timeline.data?.runs.some(({ state }) => state === 'RUNNING') === true;
  const nowMs = useNow(isOpen);
  const isGrowing = useRef(false);
  isGrowing.current ||= isOpen;
  // The next wave of a dispatch is claimed a while after the last has ended.
  useWatch(isOpen || endedMs(timeline.data) > Date.now() - NEXT_WAVE_MS, [at, `${at}/timeline`]);
  return (
    <>
      <div class="split">
        <h1>{id}</h1>
        {isOpen ? (
          <Act label="Cancel it" url={`${at}/cancel`}>
            <p>
              Tasks of {id} that wait end at once; those at work lose their lease, and nothing that they make after that
              is stored. Its dispatch claims nothing more. Cells that were not made stay as they were.
            </p>
            <Command text={`npx daymill cancel ${id}`} />
          </Act>
        ) : null}
      </div>
      <Panel title="Run" answer={answer} command={`npx daymill run show ${id}`}>
        {(data) => <Head answer={data} nowMs={nowMs} />}
      </Panel>
      <Panel title="Timeline" answer={timeline}>
        {(data) =>
          data.tasks.length === 0 ? (
            <Empty what="It had nothing to do" />
          ) : (
            <>
              <Gantt timeline={data} nowMs={nowMs} isGrowing={isGrowing.current} />
              <Legend ends={endsOf(data)} />
              {data.left === 0 ? null : (
                <p class="quiet">
                  {counted(data.left, 'wave')} of the dispatch with too many tasks are left out; they have timelines of
                  their own.
                </p>
              )}
              <Critical timeline={data} nowMs={nowMs} />
            </>
          )
        }
      </Panel>
      {answer.data === undefined ? null : <Ended answer={answer.data} />}
    </>
  );
}

const endedMs = (timeline: Timeline | undefined): number =>
  (timeline?.runs ?? []).reduce(
    (last, { startedAt, tookMs }) => Math.max(last, Date.parse(startedAt) + (tookMs ?? 0)),
    0,
  );

/** Now, ever again while something runs; of what is over, the moment when it was first looked at. */
function useNow(isOpen: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isOpen) return undefined;
    const timer = setInterval(() => {
      if (!isPaused.value && !document.hidden) setNow(Date.now());
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [isOpen]);
  return now;
}

function Head({
  answer: { run, tasks, tiers, attempts },
  nowMs,
}: {
  readonly answer: RunAnswer;
  readonly nowMs: number;
}) {
  const startedMs = Date.parse(run.startedAt);
  return (
    <Facts
      facts={[
        ['state', run.state === 'RUNNING' ? <span class="good">running</span> : run.state.toLowerCase()],
        ['day', <a href={linkTo('/', { to: run.date })}>{run.date}</a>],
        run.pass === null ? undefined : ['pass', run.pass],
        ['started', time(run.startedAt)],
        ['took', run.tookMs === null ? `${millis(nowMs - startedMs)} so far` : millis(run.tookMs)],
        ['cells', count(run.cells)],
        ['tasks', `${count(run.tasks)}: ${tallied(tasks)}`],
        run.remaining === 0 ? undefined : ['open', count(run.remaining)],
        ['tiers', tallied(tiers)],
        ['attempts', tallied(attempts)],
        [
          'workflow',
          { none: 'nobody waits', waiting: 'waits', due: 'to be called back', answered: 'called back' }[run.callback],
        ],
      ]}
    />
  );
}

function endsOf({ tasks }: Timeline): Set<string> {
  const ends = new Set<string>();
  for (const { attempts } of tasks)
    for (const { end } of attempts) ends.add(end === undefined ? 'under way' : end.toLowerCase().replaceAll('_', ' '));
  return ends;
}

/** The tasks that decided how long it took: to make it shorter, these. */
function Critical({
  timeline: { tasks, critical, runs },
  nowMs,
}: {
  readonly timeline: Timeline;
  readonly nowMs: number;
}) {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const path = critical.flatMap((id) => byId.get(id) ?? []);
  const others = runs.filter(({ state }) => state !== 'RUNNING').length < runs.length;
  if (path.length === 0) return null;
  const workMs = path.reduce(
    (sum, { attempts }) => sum + attempts.reduce((all, { startedMs, endedMs = nowMs }) => all + endedMs - startedMs, 0),
    0,
  );
  return (
    <>
      <p>
        Critical path{others ? ' so far' : ''}, {millis(workMs)} of work:{' '}
        {path.map(({ id, cells }, at) => (
          <span key={id}>
            {at === 0 ? '' : ' → '}
            <TaskLink id={id} text={labelOf({ id, cells })} />
          </span>
        ))}
      </p>
      {runs.length < 2 ? null : (
        <p class="quiet">
          Waves of this dispatch:{' '}
          {runs.map(({ id, pass }, at) => (
            <span key={id}>
              {at === 0 ? '' : ', '}
              {pass === null ? '' : `pass ${pass} `}
              <RunLink id={id} />
              {failedIn(tasks, id)}
            </span>
          ))}
        </p>
      )}
    </>
  );
}

function failedIn(tasks: Timeline['tasks'], runId: string) {
  const failed = tasks.filter(({ id, status }) => status === 'FAILED' && id.startsWith(`${runId}.`)).length;
  return failed === 0 ? null : <span class="bad"> ({count(failed)} failed)</span>;
}

function Ended({ answer: { run, failures, partial, slowest } }: { readonly answer: RunAnswer }) {
  return (
    <>
      {failures.length === 0 ? null : (
        <section class="panel">
          <div class="split">
            <h2>{counted(failures.length, 'failure')}</h2>
            <a href={linkTo('/failures')}>by error</a>
          </div>
          <Table
            label="Failures"
            rows={failures.slice(0, SHOWN)}
            keyOf={({ cell, taskId }) => `${taskId} ${cell}`}
            sortName="failed"
            columns={[
              { name: 'Cell', cell: ({ cell }) => <NamedCell cell={cell} />, by: ({ cell }) => cell },
              {
                name: 'Error',
                cell: ({ error }) => (
                  <span class="bad first-line" title={error}>
                    {error.split('\n')[0]}
                  </span>
                ),
                by: ({ error }) => error,
              },
              { name: 'Task', cell: ({ taskId }) => <TaskLink id={taskId} text="task" /> },
            ]}
          />
          {failures.length <= SHOWN ? null : (
            <p class="quiet">
              The first {SHOWN} of {count(failures.length)}; <a href={linkTo('/failures')}>by error</a> they are fewer.
            </p>
          )}
        </section>
      )}
      <Partial rows={partial} />
      <section class="panel">
        <h2>{slowest.length === 0 ? 'No attempt was made yet' : 'Slowest attempts'}</h2>
        {slowest.length === 0 ? (
          <p class="quiet">
            {run.state === 'RUNNING' ? 'Its tasks wait for a worker.' : 'It was over before one of its tasks began.'}
          </p>
        ) : (
          <Attempts rows={slowest} without={['Run']} label="Slowest attempts" />
        )}
      </section>
    </>
  );
}
