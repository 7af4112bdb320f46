/** Components that report, and when each was heard of last: as they say so. */
import { useEffect, useState } from 'preact/hooks';
import { useAnswer } from '../data/answer.ts';
import { query, setQuery, withQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { count, seconds, time } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { curlSend } from '../explore/curl.ts';
import { figure } from '../explore/figures.ts';
import { type Heard, useHeard } from '../explore/runtime-live.ts';
import { RuntimeDetails } from '../explore/runtime-details.tsx';
import {
  type Figures,
  fits,
  freshness,
  infoOf,
  isStale,
  keysOf,
  type Runtime,
  sunk,
  wordsOf,
} from '../explore/runtime-rows.ts';
import { caller, urlOf, useNow, useRefresh } from '../explore/use.ts';
import '../explore/explore.css';

/** Runtimes of the list: as many as the API answers at once. */
const LISTED = 1_000;

/** Rows of the table, whose figures are asked for one by one. */
const ROWS = 100;

/** Which status a component says it has is asked for again so often, in ms; heartbeats come by themselves. */
const LIST_MS = 30_000;

/** When what is silent sinks, in ms: rows that jump each second cannot be read. */
const SORT_MS = 10_000;

const TYPES = ['worker_pool', 'server_api', 'broker', 'device'];
const STATUSES = ['ready', 'busy', 'offline'];
const PLAIN = { unit: 'none', isRate: false } as const;

/** Of every component the time of its last sample, which its heartbeats make. */
const LAST_HEARD = 'max by (runtime_id) (timestamp({__name__=~"runtime_.+"}))';

interface Listed {
  readonly runtimes: readonly Runtime[];
  readonly next_cursor?: string;
}

export function View() {
  const [type, status] = [query.value.get('type') ?? undefined, query.value.get('status') ?? undefined];
  useRefresh(LIST_MS);
  const answer = useAnswer<Listed>(urlOf('/api/runtime', { limit: String(LISTED), type, status }));
  const heard = useHeard();
  const isKnown = useLastHeard(heard);
  return (
    <>
      <h1>Runtimes</h1>
      <Panel
        title="Components that report"
        answer={answer}
        more={
          <span class="filters">
            <Choice name="type" options={TYPES} />
            <Choice name="status" options={STATUSES} />
            <input
              type="search"
              data-filter=""
              aria-label="Filter by name, label, version"
              placeholder="Filter"
              value={query.value.get('find') ?? ''}
              onInput={(event) => setQuery({ find: event.currentTarget.value })}
            />
          </span>
        }
      >
        {({ runtimes, next_cursor: next }) =>
          runtimes.length === 0 ? (
            <Nothing isFiltered={type !== undefined || status !== undefined} />
          ) : (
            <>
              <Rows {...{ runtimes, heard, isKnown }} />
              {next === undefined ? null : <p class="quiet">The first {count(LISTED)}: choose a type or a status.</p>}
            </>
          )
        }
      </Panel>
    </>
  );
}

/** What was heard before the page was opened: one question for all. Answers whether it is known. */
function useLastHeard({ note }: Heard): boolean {
  const [isKnown, setKnown] = useState(false);
  const { data, problem } = useAnswer<{
    readonly data: {
      readonly result: readonly {
        readonly metric: { readonly runtime_id?: string };
        readonly value: readonly [number, string];
      }[];
    };
  }>(urlOf('/api/v1/query', { query: LAST_HEARD, lookback_delta: '1h' }));
  useEffect(() => {
    for (const { metric, value } of data?.data.result ?? [])
      if (metric.runtime_id !== undefined) note(metric.runtime_id, Number(value[1]) * 1_000);
    if (data !== undefined || problem !== undefined) setKnown(true);
  }, [data, problem]);
  return isKnown;
}

function Choice({ name, options }: { readonly name: string; readonly options: readonly string[] }) {
  return (
    <select
      aria-label={name}
      value={query.value.get(name) ?? ''}
      onChange={(event) => setQuery({ [name]: event.currentTarget.value })}
    >
      <option value="">any {name}</option>
      {options.map((one) => (
        <option key={one} value={one}>
          {one.replace('_', ' ')}
        </option>
      ))}
    </select>
  );
}

function Nothing({ isFiltered }: { readonly isFiltered: boolean }) {
  if (isFiltered)
    return (
      <Empty what="No component is so">
        <p>
          <a href={withQuery({ type: undefined, status: undefined })}>Show all of them.</a>
        </p>
      </Empty>
    );
  return (
    <Empty what="No component is registered">
      <p>It registers once, and is told its runtime_id:</p>
      <Command
        text={curlSend(caller(), '/api/runtime/register', {
          name: 'mail-workers',
          type: 'worker_pool',
          runtime_info: { version: '1.0.0' },
        })}
      />
      <p>Then it says every 30 seconds how it is:</p>
      <Command
        text={curlSend(caller(), '/api/runtime/RUNTIME_ID/heartbeat', { metrics: { cpu_ema: 0.4, queue_len_ema: 12 } })}
      />
    </Empty>
  );
}

interface RowsProps {
  readonly runtimes: readonly Runtime[];
  readonly heard: Heard;
  /** Until then nobody is silent: it is not known yet. */
  readonly isKnown: boolean;
}

function Rows({ runtimes, heard, isKnown }: RowsProps) {
  const now = useNow(SORT_MS);
  const wanted = query.value.get('find') ?? '';
  const fitting = sunk(
    runtimes.filter((one) => fits(one, wanted)),
    heard.heard.peek(),
    now,
  );
  const shown = fitting.slice(0, ROWS);
  const ids = shown.map(({ runtime_id: id }) => id);
  useEffect(() => heard.watch(ids), [ids.join()]);
  const figures = heard.figures.value;
  const keys = keysOf(ids.map((own) => figures.get(own) ?? {}));
  const id = query.value.get('id');
  const open = runtimes.find((one) => one.runtime_id === id);
  return (
    <div class={open === undefined ? undefined : 'with-aside'}>
      <div>
        <Table
          label="Runtimes"
          rows={shown}
          keyOf={({ runtime_id: own }) => own}
          onRow={(row) => setQuery({ id: row.runtime_id === id ? undefined : row.runtime_id })}
          rowClass={(row) =>
            row.runtime_id === id
              ? 'chosen'
              : isKnown && isStale(row, heard.heard.peek().get(row.runtime_id), now)
                ? 'stale'
                : undefined
          }
          columns={columnsOf({ keys, figures, heard, isKnown })}
        />
        <p class="quiet">
          {fitting.length === runtimes.length
            ? `${count(runtimes.length)} components`
            : `${count(fitting.length)} of ${count(runtimes.length)} components`}
          {fitting.length > ROWS ? `, the first ${ROWS} shown: filter for the others` : ''}. Averages are the meter's
          own, moving.
        </p>
      </div>
      {open === undefined ? null : <RuntimeDetails runtime={open} heard={heard} />}
    </div>
  );
}

interface ColumnProps extends Omit<RowsProps, 'runtimes'> {
  readonly keys: readonly string[];
  readonly figures: ReadonlyMap<string, Figures>;
}

const columnsOf = ({ keys, figures, heard, isKnown }: ColumnProps): readonly Column<Runtime>[] => [
  {
    name: 'Name',
    cell: (row) => <a href={withQuery({ id: row.runtime_id })}>{row.name}</a>,
    by: ({ name }) => name,
  },
  { name: 'Heartbeat', cell: (row) => <Age {...{ runtime: row, heard, isKnown }} /> },
  { name: 'Status', cell: ({ status }) => status, by: ({ status }) => status },
  { name: 'Type', cell: ({ type }) => type.replace('_', ' '), by: ({ type }) => type },
  ...keys.map((key) => ({
    name: wordsOf(key),
    cell: (row: Runtime) => shownFigure(figures.get(row.runtime_id)?.[key]),
    by: (row: Runtime) => figures.get(row.runtime_id)?.[key] ?? -Infinity,
    isNumber: true,
  })),
  { name: 'Version', cell: (row) => infoOf(row, 'version'), by: (row) => infoOf(row, 'version') },
  { name: 'Tier', cell: (row) => infoOf(row, 'tier'), by: (row) => infoOf(row, 'tier') },
  { name: 'Labels', cell: ({ labels }) => <Labels labels={labels} /> },
];

/** What was counted as it is, what was measured with the digits that are looked at. */
const shownFigure = (value: number | undefined): string =>
  value === undefined ? '' : Number.isInteger(value) ? count(value) : figure(value, PLAIN);

const Labels = ({ labels }: Pick<Runtime, 'labels'>) => (
  <code class="quiet">
    {Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}
  </code>
);

const SECOND_MS = 1_000;

/** It counts up second by second. */
function wholeSeconds(ms: number): string {
  const whole = Math.max(0, Math.round(ms / SECOND_MS));
  return whole < 90 ? `${whole} s` : seconds(whole);
}

/** By itself: each second it alone is drawn anew. */
function Age({ runtime, heard, isKnown }: Omit<RowsProps, 'runtimes'> & { readonly runtime: Runtime }) {
  const now = useNow(SECOND_MS);
  const at = heard.heard.value.get(runtime.runtime_id);
  const share = freshness(runtime, at, Math.max(now, at ?? 0));
  if (at === undefined || share === undefined)
    return <span class="quiet">{isKnown ? 'none of the last hour' : '…'}</span>;
  return (
    <span class="age" title={`Heard of ${time(at)} UTC; every ${runtime.heartbeat_interval_seconds} s is said`}>
      <meter
        min={0}
        max={1}
        low={0.01}
        value={share}
        aria-label={share === 0 ? 'silent' : 'heard of'}
        style={{ opacity: 0.35 + 0.65 * share }}
      />
      {wholeSeconds(now - at)}
    </span>
  );
}
