/** One task: how it stands, its cells, each attempt and what that took, its error whole. */
import type { TaskAnswer } from '../../mill/answers/task.ts';
import { Memory } from '../task/memory.tsx';
import '../run/run.css';
import { useAnswer } from '../data/answer.ts';
import { useWatch } from '../data/watch.ts';
import { Facts } from '../run/facts.tsx';
import { linkTo } from '../shell/location.ts';
import type { ViewProps } from '../shell/routes.ts';
import { Act } from '../ui/act.tsx';
import { Attempts } from '../ui/attempts.tsx';
import { count, counted, megabytes, seconds, time } from '../ui/format.ts';
import { CellLink, RunLink } from '../ui/links.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';

export function View({ id = '' }: ViewProps) {
  const at = `/api/mill/tasks/${encodeURIComponent(id)}`;
  const answer = useAnswer<TaskAnswer>(at);
  const status = answer.data?.task.status;
  useWatch(status === 'PENDING' || status === 'IN_PROGRESS', [at]);
  return (
    <>
      <h1>{id}</h1>
      <Panel title="Task" answer={answer} command={`npx daymill run show ${id.slice(0, id.indexOf('.'))}`}>
        {(data) => (
          <>
            <Head answer={data} />
            <DeadLetter answer={data} />
            <Failure answer={data} />
            <Memory answer={data} />
            <section class="panel">
              <h2>Attempts</h2>
              {data.attempts.length === 0 ? (
                <p class="quiet">No worker has taken it yet.</p>
              ) : (
                <Attempts rows={data.attempts} without={['Run', 'Cell', 'Cells']} />
              )}
            </section>
            <Printed answer={data} />
            <Cells answer={data} />
          </>
        )}
      </Panel>
    </>
  );
}

function Head({ answer: { task, attempts, tierMB, predictedMB, nextTier, cells } }: { readonly answer: TaskAnswer }) {
  const outgrown = task.outgrown ?? [];
  return (
    <>
      <Facts
        facts={[
          [
            'state',
            <span class={task.status === 'FAILED' ? 'bad' : undefined}>
              {task.status.toLowerCase().replace('_', ' ')}
            </span>,
          ],
          ['run', <RunLink id={task.runId} />],
          ['pass', task.pass],
          ['claimed', time(task.createdMs)],
          ['cells', `${count(cells.length)}${task.chained ? ', each reads the one before' : ''}`],
          ['attempts', count(attempts.length)],
          ['tier', `${task.resources}${tierMB === undefined ? '' : `, ${megabytes(tierMB)}`}`],
          predictedMB === undefined ? undefined : ['expected', megabytes(predictedMB)],
          nextTier === undefined ? undefined : ['next tier', nextTier],
        ]}
      />
      {outgrown.map(({ tier, because }) => (
        <p key={tier}>
          It ran out of the memory of {tier}: {because}.
        </p>
      ))}
    </>
  );
}

function DeadLetter({ answer: { task } }: { readonly answer: TaskAnswer }) {
  const { deadLetter } = task;
  if (deadLetter === undefined) return null;
  const at = `/api/mill/dead-letters/${encodeURIComponent(task.id)}`;
  return (
    <div class="note warning">
      <div class="split">
        <h3>
          It is a <a href={linkTo('/dead-letters', { open: task.id })}>dead letter</a>
          {
            { OPEN: ': it was given up', REPLAYED: ', and was replayed', DROPPED: ', and somebody dropped it' }[
              deadLetter.status
            ]
          }
        </h3>
        {deadLetter.status === 'OPEN' ? (
          <>
            <Act label="Replay" url={`${at}/replay`}>
              <p>Its cells that were not made since are claimed anew, in a run of their own.</p>
            </Act>
            <Act label="Drop" url={`${at}/drop`}>
              <p>It is left as it is, and no longer listed. Its cells run again with the next run that wants them.</p>
            </Act>
          </>
        ) : null}
      </div>
      {deadLetter.replayRunId === undefined ? null : (
        <p>
          By <RunLink id={deadLetter.replayRunId} />.
        </p>
      )}
    </div>
  );
}

/** Whole: what follows the first line is often what tells. */
function Failure({ answer: { task, attempts } }: { readonly answer: TaskAnswer }) {
  const error = task.lastError ?? attempts.findLast(({ error: each }) => each !== undefined)?.error;
  if (error === undefined) return null;
  return (
    <section class="panel">
      <h2>{task.status === 'FAILED' ? 'Error' : 'Error of an attempt'}</h2>
      <pre>
        <span class="bad">{error.code}</span>: {error.message}
      </pre>
    </section>
  );
}

function Printed({ answer: { attempts } }: { readonly answer: TaskAnswer }) {
  const printed = attempts.findLast(({ printed: each }) => each !== undefined)?.printed;
  if (printed === undefined || printed.count === 0) return null;
  return (
    <section class="panel">
      <h2>Its code printed {counted(printed.count, 'line')}</h2>
      <pre>
        {printed.lines.map(({ cell, at, text }) => `${cell}${at === undefined ? '' : ` ${at}`}: ${text}`).join('\n')}
      </pre>
    </section>
  );
}

const Cells = ({ answer: { cells } }: { readonly answer: TaskAnswer }) => (
  <section class="panel">
    <h2>Cells</h2>
    <Table
      label="Cells"
      rows={cells}
      keyOf={({ computation, date }) => `${computation}@${date}`}
      sortName="cells"
      columns={[
        {
          name: 'Cell',
          cell: ({ computation, date }) => <CellLink computation={computation} date={date} />,
          by: ({ computation, date }) => `${computation}@${date}`,
        },
        {
          name: 'Outcome',
          cell: ({ status }) =>
            status === undefined ? (
              <span class="quiet">open</span>
            ) : (
              <span class={status === 'FAILED' ? 'bad' : undefined}>{status.toLowerCase().replaceAll('_', ' ')}</span>
            ),
          by: ({ status = '' }) => status,
        },
        {
          name: 'Took',
          cell: ({ seconds: took }) => (took === undefined ? '' : seconds(took)),
          by: ({ seconds: took = 0 }) => took,
          isNumber: true,
        },
        {
          name: 'Error',
          cell: ({ error }) =>
            error === undefined ? (
              ''
            ) : (
              <span class="bad first-line" title={error.message}>
                {error.code}: {error.message.split('\n')[0]}
              </span>
            ),
        },
      ]}
    />
  </section>
);
