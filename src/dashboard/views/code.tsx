/** Each computation's code: its versions, and what was proven of each against the one before. */
import type { CodeAnswer } from '../../mill/answers/code.ts';
import { useAnswer } from '../data/answer.ts';
import { type CodeRow, isChanged, savedBy, shownRows, VERDICTS, type Version } from '../code/verdicts.ts';
import { linkTo, query, setQuery } from '../shell/location.ts';
import { ago, count, time } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Opener } from '../ui/opener.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';

export function View() {
  const answer = useAnswer<CodeAnswer>('/api/mill/code');
  const filter = query.value.get('filter') ?? '';
  const isAll = query.value.get('all') === 'yes';
  return (
    <Panel title="Code" answer={answer}>
      {({ computations }) => (
        <>
          <div class="split filters">
            <input
              type="search"
              data-filter
              aria-label="Filter by name"
              placeholder="part of a name"
              value={filter}
              onInput={(event) => setQuery({ filter: event.currentTarget.value })}
            />
            <label>
              <input type="checkbox" checked={isAll} onChange={() => setQuery({ all: isAll ? undefined : 'yes' })} />{' '}
              also those that never changed ({count(computations.filter((row) => !isChanged(row)).length)})
            </label>
          </div>
          <Rows rows={shownRows(computations, { filter, isAll, open: query.value.get('open') })} filter={filter} />
        </>
      )}
    </Panel>
  );
}

function Rows({ rows, filter }: { readonly rows: readonly CodeRow[]; readonly filter: string }) {
  if (rows.length === 0)
    return filter === '' ? (
      <Empty what="No computation has changed its code yet">
        <p>
          Change one, and <a href={linkTo('/plan')}>the plan</a> says whether its results stay what they are: what is
          proven to do the same does not run again.
        </p>
      </Empty>
    ) : (
      <p>
        No computation here has “{filter}” in its name.{' '}
        <button type="button" onClick={() => setQuery({ filter: undefined, all: 'yes' })}>
          Show all
        </button>
      </p>
    );
  return (
    <Table
      label="Code by computation"
      rows={rows}
      keyOf={({ computation }) => computation}
      columns={COLUMNS}
      onRow={turn}
      within={(row) => (isOpen(row) ? <Versions versions={row.versions} /> : undefined)}
    />
  );
}

const isOpen = ({ computation }: CodeRow): boolean => query.value.get('open') === computation;
const turn = (row: CodeRow): void => setQuery({ open: isOpen(row) ? undefined : row.computation });

const COLUMNS: readonly Column<CodeRow>[] = [
  {
    name: 'Computation',
    cell: (row) => (
      <Opener isOpen={isOpen(row)} onTurn={() => turn(row)}>
        {row.computation}
      </Opener>
    ),
    by: ({ computation }) => computation,
  },
  {
    name: 'Newest code',
    cell: ({ versions: [newest] }) => <Verdict version={newest} />,
    by: ({ versions: [newest] }) => newest?.verdict ?? '',
  },
  {
    name: 'Why',
    cell: ({ versions: [newest] }) => <span class="one-line">{newest?.because ?? ''}</span>,
  },
  {
    name: 'Since',
    cell: ({ versions: [newest] }) => <Since ms={newest?.sinceMs} />,
    by: ({ versions: [newest] }) => newest?.sinceMs ?? 0,
  },
  {
    name: 'Versions',
    cell: ({ versions }) => count(versions.length),
    by: ({ versions }) => versions.length,
    isNumber: true,
  },
  { name: 'Cells saved', cell: (row) => count(savedBy(row)), by: savedBy, isNumber: true },
];

function Verdict({ version }: { readonly version: Version | undefined }) {
  const verdict = version?.verdict;
  if (verdict === undefined) return <span class="quiet">–</span>;
  return <span class={verdict === 'same' ? 'good' : undefined}>{VERDICTS[verdict].word}</span>;
}

const Since = ({ ms }: { readonly ms: number | undefined }) =>
  ms === undefined ? null : <span title={ago(ms)}>{time(ms).slice(0, 16)}</span>;

const Versions = ({ versions }: { readonly versions: readonly Version[] }) => (
  <Table
    label="Versions"
    rows={versions}
    keyOf={({ code, layer, sinceMs }) => `${code} ${layer} ${sinceMs ?? ''}`}
    sortName="versions"
    columns={[
      {
        name: 'Version',
        cell: ({ code, layer, current }) => (
          <>
            <code title={`its module ${code}, what it reaches ${layer}`}>
              {code.slice(0, 8)}·{layer.slice(0, 8)}
            </code>
            {current ? ' now' : ''}
          </>
        ),
      },
      { name: 'Since', cell: ({ sinceMs }) => <Since ms={sinceMs} /> },
      { name: 'Verdict', cell: (version) => <Verdict version={version} /> },
      {
        name: 'Why',
        cell: ({ because = '', unreached, nondeterminism }) => (
          <>
            {because}
            {unreached.map((branch) => (
              <p key={branch}>
                No fabricated day ran <code>{branch}</code>
              </p>
            ))}
            {nondeterminism === undefined ? null : <p>The same inputs need not give the same: {nondeterminism}</p>}
          </>
        ),
        isWide: true,
      },
      {
        name: 'Pieces that ran',
        cell: ({ pieces, covered }) =>
          pieces === undefined || covered === undefined ? '' : `${count(covered)} of ${count(pieces)}`,
        isNumber: true,
      },
      {
        name: 'Cells saved',
        cell: ({ cellsSaved }) => (cellsSaved === undefined ? '' : count(cellsSaved)),
        isNumber: true,
      },
    ]}
  />
);
