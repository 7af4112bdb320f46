/** What a cell found: rows by the members that its schema gave it. */
import type { ResultPage } from '../../mill/answers/result-page.ts';
import { useAnswer } from '../data/answer.ts';
import { query, setQuery } from '../shell/location.ts';
import { count, counted } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { because } from '../ui/stand-marks.ts';
import { leavesOf, MAX_ROWS, memberOf, membersOf, show, tableOf } from './values.ts';

/** Entities of one answer, unless more are asked for. */
const LIMIT = 100;
/** As the API gives at most. */
const MAX_LIMIT = 10_000;
/** Rows that are drawn: what the filter leaves out costs nothing. */
const DRAWN = 200;

type Found = Exclude<ResultPage, { readonly missing: unknown }>;
interface Entity {
  readonly id: string;
  readonly value: unknown;
}

export function Result({
  at,
  computation,
  date,
}: {
  readonly at: string;
  readonly computation: string;
  readonly date: string;
}) {
  // Who looks for one looks among all.
  const isSought = (query.value.get('entity') ?? '') !== '';
  const limit = isSought ? MAX_LIMIT : Math.min(Number(query.value.get('limit') ?? LIMIT) || LIMIT, MAX_LIMIT);
  const answer = useAnswer<ResultPage>(`${at}/result?limit=${limit}`);
  return (
    <Panel title="Result" answer={answer} command={`npx daymill results ${computation} ${date}`}>
      {(page) =>
        'missing' in page ? (
          <Empty what="There is no result">
            <p>{because(page.missing.text)}</p>
            {page.missing.outcome === 'RUN' || page.missing.outcome === 'RERUN' ? (
              <p>
                The next run makes it, or now: <code>npx daymill run --date {date}</code>
              </p>
            ) : null}
          </Empty>
        ) : (
          <Page page={page} />
        )
      }
    </Panel>
  );
}

function Page({ page }: { readonly page: Found }) {
  return (
    <>
      <Freshness page={page} />
      {page.entities === undefined ? <Whole value={page.value} /> : <Entities all={page.entities} count={page.count} />}
    </>
  );
}

/** Whether it is the newest that there could be. */
function Freshness({ page }: { readonly page: Found }) {
  const { failedSince, upToDate, now, hash } = page;
  if (failedSince !== undefined)
    return (
      <p class="bad">
        This is the last good result: making it again failed since. {failedSince.code}:{' '}
        {failedSince.message.split('\n')[0]}
      </p>
    );
  return (
    <p class="quiet">
      {upToDate ? 'Up to date' : `Not up to date: ${because(now.text)}`}; hash <code>{hash}</code>
    </p>
  );
}

function Whole({ value }: { readonly value: unknown }) {
  const list = tableOf(value);
  if (list !== undefined)
    return (
      <Rows
        label="Result"
        members={list.members}
        rows={list.rows.map((row, at) => ({ id: String(at + 1), value: row }))}
        idName="#"
      />
    );
  const leaves = leavesOf(value);
  return (
    <>
      <dl class="facts values">
        {leaves.map(({ path, value: leaf }) => (
          <>
            <dt key={`${path}.`}>{path === '' ? 'value' : path}</dt>
            <dd key={path}>
              <Value value={leaf} />
            </dd>
          </>
        ))}
      </dl>
      {leaves.length < MAX_ROWS ? null : (
        <p class="quiet">The first {count(MAX_ROWS)} values; the command line has all.</p>
      )}
    </>
  );
}

function Entities({ all, count: total }: { readonly all: readonly Entity[]; readonly count: number }) {
  const wanted = query.value.get('entity') ?? '';
  const found = wanted === '' ? all : all.filter(({ id }) => id.toLowerCase().includes(wanted.toLowerCase()));
  const members = membersOf(all.map(({ value }) => value));
  const rows = found.slice(0, DRAWN);
  const parts = [
    wanted === ''
      ? counted(total, 'entity').replace(/ys$/, 'ies')
      : `${count(found.length)} of ${count(all.length)} fit`,
    ...(rows.length < found.length ? [`the first ${count(rows.length)} are shown`] : []),
    ...(all.length < total ? [`${count(all.length)} of ${count(total)} were asked for`] : []),
  ];
  return (
    <>
      <div class="split">
        <input
          type="search"
          data-filter
          aria-label="Filter entities by their ids"
          placeholder="filter by id  (/)"
          value={wanted}
          onInput={(event) => setQuery({ entity: event.currentTarget.value })}
        />
        <span class="quiet">{parts.join('; ')}</span>
        {all.length < total && all.length < MAX_LIMIT ? (
          <button type="button" onClick={() => setQuery({ limit: String(Math.min(total, all.length * 10)) })}>
            More
          </button>
        ) : null}
      </div>
      {rows.length === 0 ? (
        <p class="quiet">
          {total === 0
            ? 'It has no entities.'
            : all.length < Math.min(total, MAX_LIMIT)
              ? 'Looking among all of them…'
              : 'No entity fits.'}{' '}
          {wanted === '' ? null : (
            <button type="button" onClick={() => setQuery({ entity: '' })}>
              Show all
            </button>
          )}
        </p>
      ) : (
        <Rows label="Entities" members={members} rows={rows} idName="entity" />
      )}
    </>
  );
}

/** Things with the same members. */
function Rows({
  label,
  members,
  rows,
  idName,
}: {
  readonly label: string;
  readonly members: readonly string[] | undefined;
  readonly rows: readonly Entity[];
  readonly idName: string;
}) {
  const column = (name: string, of: (row: Entity) => unknown): Column<Entity> => ({
    name,
    cell: (row) => <Value value={of(row)} />,
    by: (row) => sortable(of(row)),
    isNumber: rows.some((row) => typeof of(row) === 'number'),
  });
  return (
    <Table
      label={label}
      rows={rows}
      keyOf={({ id }) => id}
      sortName="by"
      columns={[
        { name: idName, cell: ({ id }) => id, by: ({ id }) => (idName === '#' ? Number(id) : id) },
        ...(members === undefined
          ? [column('value', ({ value }) => value)]
          : members.map((name) => column(name, ({ value }) => memberOf(value, name)))),
      ]}
    />
  );
}

const sortable = (value: unknown): number | string =>
  typeof value === 'number' ? value : value === undefined || value === null ? '' : show(value).text;

export function Value({ value }: { readonly value: unknown }) {
  const { text, exact } = show(value);
  return exact === undefined ? <>{text}</> : <span title={exact}>{text}</span>;
}
