/** What people did to the mill, newest first: who, why, what came of it. */
import type { ActionsAnswer } from '../../mill/answers/actions.ts';
import { useAnswer } from '../data/answer.ts';
import { ago, millis, time } from '../ui/format.ts';
import { NamedCell, RunLink } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';

type Action = ActionsAnswer['actions'][number];

const LIMIT = 100;

export function Record() {
  const answer = useAnswer<ActionsAnswer>(`/api/mill/actions?limit=${LIMIT}`);
  return (
    <Panel title="What people did" answer={answer} command={`npx daymill actions --limit ${LIMIT}`}>
      {({ actions }) =>
        actions.length === 0 ? (
          <Empty what="Nobody has done anything by hand yet">
            <p>
              Runs, retries, replays, pauses and their reasons are listed here, whether by this page or by a command.
            </p>
          </Empty>
        ) : (
          <Table label="What people did" rows={actions} keyOf={({ id }) => id} columns={COLUMNS} sortName="actions" />
        )
      }
    </Panel>
  );
}

const COLUMNS: readonly Column<Action>[] = [
  {
    name: 'When',
    cell: ({ atMs }) => <span title={ago(atMs)}>{time(atMs)}</span>,
    by: ({ atMs }) => atMs,
  },
  { name: 'Who', cell: ({ by }) => by, by: ({ by }) => by },
  { name: 'What', cell: ({ what }) => what, by: ({ what }) => what },
  { name: 'Target', cell: (action) => <Target {...action} /> },
  { name: 'Why', cell: ({ reason }) => (reason === '' ? <span class="quiet">not said</span> : reason), isWide: true },
  { name: 'Outcome', cell: (action) => <Outcome {...action} />, by: ({ outcome }) => outcome.status, isWide: true },
];

function Target({ what, target }: Action) {
  if (what === 'retry') return <NamedCell cell={target} />;
  if (what === 'cancel') return <RunLink id={target} />;
  if (target === '*') return <>everything</>;
  return <>{target}</>;
}

function Outcome({ atMs, outcome: { status, text, endedMs } }: Action) {
  const isBad = status === 'refused' || status === 'failed';
  return (
    <span title={endedMs === undefined ? undefined : `after ${millis(endedMs - atMs)}`}>
      {status === 'done' ? null : <span class={isBad ? 'bad' : 'quiet'}>{status} </span>}
      {text}
    </span>
  );
}
