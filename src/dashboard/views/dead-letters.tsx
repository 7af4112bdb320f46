/** Tasks that were given up: what each tried, and what may be done with it. */
import type { DeadLetterAnswer, DeadLetterRow, DeadLettersAnswer } from '../../mill/answers/dead-letters.ts';
import { useAnswer } from '../data/answer.ts';
import { ReplayAlike } from '../dead-letters/replay-alike.tsx';
import { query, setQuery } from '../shell/location.ts';
import { Act } from '../ui/act.tsx';
import { Attempts } from '../ui/attempts.tsx';
import { Command } from '../ui/command.tsx';
import { commandLine } from '../ui/command-line.ts';
import { ago, count, counted, time } from '../ui/format.ts';
import { NamedCell, RunLink, TaskLink } from '../ui/links.tsx';
import { Empty, ProblemNote } from '../ui/note.tsx';
import { Opener } from '../ui/opener.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';

const URL = '/api/mill/dead-letters';

export function View() {
  const answer = useAnswer<DeadLettersAnswer>(URL);
  const open = query.value.get('open');
  return (
    <Panel title="Dead letters" answer={answer} command={commandLine('dead-letters')}>
      {({ deadLetters }) => (
        <>
          {deadLetters.length === 0 ? (
            <Empty what="No task has been given up">
              <p>
                A task whose attempts are all spent stays here until somebody replays or drops it. A cell that fails by
                what its own code says is a failure, not a dead letter.
              </p>
            </Empty>
          ) : (
            <>
              <Kinds letters={deadLetters} />
              <Table
                label="Dead letters"
                rows={deadLetters}
                keyOf={({ taskId }) => taskId}
                columns={COLUMNS}
                onRow={turn}
                within={(row) => (isOpen(row) ? <One id={row.taskId} /> : undefined)}
              />
            </>
          )}
          {open === null || deadLetters.some(({ taskId }) => taskId === open) ? null : <One id={open} />}
        </>
      )}
    </Panel>
  );
}

const isOpen = ({ taskId }: DeadLetterRow): boolean => query.value.get('open') === taskId;
const turn = (row: DeadLetterRow): void => setQuery({ open: isOpen(row) ? undefined : row.taskId });

/** Mistakes that took several: each can be replayed as one. */
function Kinds({ letters }: { readonly letters: readonly DeadLetterRow[] }) {
  const kinds = [...Map.groupBy(letters, ({ fingerprint }) => fingerprint)].filter(
    ([fingerprint, its]) => fingerprint !== null && its.length > 1,
  );
  return (
    <>
      {kinds.map(([fingerprint, its]) => (
        <div key={fingerprint} class="split kind">
          <span class="one-line">
            {counted(its.length, 'task')}, {counted(its.flatMap(({ cells }) => cells).length, 'cell')}:{' '}
            <span class="bad">{its[0]?.error?.code}</span> {its[0]?.error?.message}
          </span>
          <ReplayAlike fingerprint={fingerprint ?? ''} tasks={its.length} />
        </div>
      ))}
    </>
  );
}

const COLUMNS: readonly Column<DeadLetterRow>[] = [
  {
    name: 'Since',
    cell: (row) => (
      <Opener isOpen={isOpen(row)} onTurn={() => turn(row)}>
        <span title={ago(row.sinceMs)}>{time(row.sinceMs)}</span>
      </Opener>
    ),
    by: ({ sinceMs }) => sinceMs,
  },
  { name: 'Computation', cell: ({ computation }) => computation, by: ({ computation }) => computation },
  {
    name: 'Cells',
    cell: ({ cells }) => count(cells.length),
    by: ({ cells }) => cells.length,
    isNumber: true,
  },
  { name: 'Attempts', cell: ({ attempts }) => count(attempts), by: ({ attempts }) => attempts, isNumber: true },
  {
    name: 'Error',
    cell: ({ error }) =>
      error === null ? (
        <span class="quiet">not known</span>
      ) : (
        <span class="one-line" title={error.message}>
          <span class="bad">{error.code}</span> {error.message}
        </span>
      ),
    by: ({ error }) => error?.code ?? '',
  },
  {
    name: 'Made since',
    cell: ({ madeSince }) => (madeSince ? <span class="good">yes</span> : 'no'),
    by: ({ madeSince }) => String(madeSince),
  },
];

function One({ id }: { readonly id: string }) {
  const at = `${URL}/${encodeURIComponent(id)}`;
  const { data, problem } = useAnswer<DeadLetterAnswer>(at);
  if (data === undefined)
    return problem === undefined ? (
      <p class="quiet wait">Asking…</p>
    ) : (
      <ProblemNote problem={problem} what={`The dead letter ${id}`} />
    );
  const { error, cells, madeSince, runId, status, history } = data;
  const those = counted(cells.length, 'cell');
  return (
    <>
      {status === 'OPEN' ? null : <p>It is {status === 'REPLAYED' ? 'replayed' : 'dropped'}.</p>}
      {error === null ? null : (
        <pre>
          {error.code}: {error.message}
        </pre>
      )}
      <p>
        The task <TaskLink id={id} /> of the run <RunLink id={runId} /> left {those} unmade: <Cells cells={cells} />.
        {madeSince ? <span class="good"> All of them were made since, by another task.</span> : ''}
      </p>
      <Attempts rows={history} without={['Run', 'Cell', 'Cells']} />
      {status === 'OPEN' ? (
        <p class="buttons start">
          <Act label="Replay" url={`${at}/replay`}>
            <p>
              {madeSince
                ? `Its ${those} were made since: nothing is claimed, and it is taken off this list.`
                : `Its ${those} ${cells.length === 1 ? 'is' : 'are'} claimed anew by a run of their own. Its attempts stay on record.`}
            </p>
          </Act>
          <Act label="Drop" url={`${at}/drop`}>
            <p>
              It is taken off this list, and its {those} {cells.length === 1 ? 'stays' : 'stay'} as{' '}
              {cells.length === 1 ? 'it is' : 'they are'}. Its attempts stay on record.
            </p>
          </Act>
          <Command text={commandLine(`dead-letters replay ${id}`)} />
        </p>
      ) : null}
    </>
  );
}

/** Cells that a line names. */
const NAMED = 8;

const Cells = ({ cells }: { readonly cells: readonly string[] }) => (
  <>
    {cells.slice(0, NAMED).map((cell, index) => (
      <span key={cell}>
        {index === 0 ? '' : ', '}
        <NamedCell cell={cell} />
      </span>
    ))}
    {cells.length > NAMED ? ` and ${count(cells.length - NAMED)} more` : ''}
  </>
);
