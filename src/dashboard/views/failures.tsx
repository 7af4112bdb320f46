/** What stands as failed, one row a mistake, with what waits for it; a row opens into its error, whole. */
import type { FailuresAnswer } from '../../mill/answers/failures.ts';
import { useAnswer } from '../data/answer.ts';
import { days } from '../data/project.ts';
import { linkTo, query, setQuery } from '../shell/location.ts';
import { Act } from '../ui/act.tsx';
import { commandLine } from '../ui/command-line.ts';
import { count, counted } from '../ui/format.ts';
import { CellLink, TaskLink } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Opener } from '../ui/opener.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Group = FailuresAnswer['groups'][number];

/** Ends of whole tasks: they are dead letters too. */
const GIVEN_UP = new Set(['OUT_OF_TIERS', 'TIMEOUT', 'WORKER_DIED']);

export function View() {
  const { from, to } = days.value;
  const answer = useAnswer<FailuresAnswer>(`/api/mill/failures?from=${from}&to=${to}`);
  return (
    <Panel title="Failures" answer={answer} command={`${commandLine('run', { date: to, from })} --only-failed`}>
      {({ groups, left }) =>
        groups.length === 0 ? (
          <Empty what={`Nothing has failed from ${from} to ${to}`}>
            <p>
              What waits or cannot be made is in the <a href={linkTo('/plan')}>plan</a>; other days are chosen above.
            </p>
          </Empty>
        ) : (
          <>
            <div class="split">
              <p class="lead">
                <strong class="bad">{counted(sum(groups, 'cells'), 'cell')} failed</strong> by{' '}
                {counted(groups.length, 'mistake')}; {counted(sum(groups, 'consequences'), 'cell')} that read them wait.
              </p>
              <RetryAll groups={groups} from={from} to={to} />
            </div>
            <Table
              label="Failures"
              rows={groups}
              keyOf={({ fingerprint }) => fingerprint}
              columns={COLUMNS}
              onRow={turn}
              within={(group) => (isOpen(group) ? <Whole group={group} from={from} to={to} /> : undefined)}
            />
            {left === 0 ? null : <p>{counted(left, 'more mistake')}, of fewer cells.</p>}
          </>
        )
      }
    </Panel>
  );
}

const isOpen = ({ fingerprint }: Group): boolean => query.value.get('open') === fingerprint;
const turn = (group: Group): void => setQuery({ open: isOpen(group) ? undefined : group.fingerprint });
const sum = (groups: readonly Group[], of: 'cells' | 'consequences' | 'parked'): number =>
  groups.reduce((all, group) => all + group[of], 0);

const daysInWords = ({ first, last, dates }: Group): string =>
  first === last ? first : `${first} … ${last} (${count(dates.length)})`;

const COLUMNS: readonly Column<Group>[] = [
  {
    name: 'Error',
    cell: (group) => (
      <Opener isOpen={isOpen(group)} onTurn={() => turn(group)}>
        <span class="one-line" title={group.message}>
          <span class="bad">{group.code}</span> {group.message.split('\n')[0]}
        </span>
      </Opener>
    ),
    by: ({ code }) => code,
  },
  {
    name: 'Of',
    cell: ({ computations }) =>
      computations.length === 1 ? computations[0] : `${count(computations.length)} computations`,
    by: ({ computations }) => computations.length,
  },
  { name: 'Days', cell: daysInWords, by: ({ first }) => first },
  { name: 'Cells', cell: ({ cells }) => count(cells), by: ({ cells }) => cells, isNumber: true },
  {
    name: 'Parked',
    cell: ({ parked }) => (parked === 0 ? '' : count(parked)),
    by: ({ parked }) => parked,
    isNumber: true,
  },
  {
    name: 'Wait for it',
    cell: ({ consequences }) => (consequences === 0 ? '' : count(consequences)),
    by: ({ consequences }) => consequences,
    isNumber: true,
  },
];

interface Props {
  readonly from: string;
  readonly to: string;
}

function Whole({ group, from, to }: Props & { readonly group: Group }) {
  const { code, message, example, computations, parked, first, last } = group;
  return (
    <>
      <pre>
        {code}: {message}
      </pre>
      <p>
        Last on <CellLink computation={example.computation} date={example.date} />
        {example.taskId === null ? null : (
          <>
            , by the task <TaskLink id={example.taskId} />
          </>
        )}
        {GIVEN_UP.has(code) ? (
          <>
            : a <a href={linkTo('/dead-letters')}>dead letter</a> until it is replayed or dropped
          </>
        ) : null}
        .{computations.length < 2 ? '' : ` It took ${computations.join(', ')}.`}
      </p>
      {parked === 0 ? null : (
        <p class="quiet">
          So many dates failed alike that {counted(parked, 'cell')} of them are parked: each run tries one, and goes on
          with the others once that is made.
        </p>
      )}
      <p class="buttons start">
        <a href={linkTo('/', { from: first, to: last, cell: `${example.computation}@${example.date}` })}>
          Show on the grid
        </a>
        <RetryAll groups={[group]} from={from} to={to} />
      </p>
    </>
  );
}

/** As a run does: what failed is tried again, then what reads it. */
function RetryAll({ groups, from, to }: Props & { readonly groups: readonly Group[] }) {
  const names = [...new Set(groups.flatMap(({ computations }) => computations))];
  const cells = sum(groups, 'cells');
  const parked = sum(groups, 'parked');
  return (
    <Act
      label={groups.length === 1 ? 'Retry these' : 'Retry all'}
      url="/api/mill/runs"
      body={{ date: to, from, select: names.map((name) => `${name}+`).join(' ') }}
    >
      <p>
        Runs {names.join(', ')} and what reads {names.length === 1 ? 'it' : 'them'}, {from} … {to}:{' '}
        {counted(cells, 'failed cell')}, then up to {count(sum(groups, 'consequences'))} that wait for{' '}
        {cells === 1 ? 'it' : 'them'}.
      </p>
      {parked === 0 ? null : (
        <p>
          {counted(parked, 'cell')} of these are parked: one is tried first, and the others follow if that one is made.
        </p>
      )}
    </Act>
  );
}
