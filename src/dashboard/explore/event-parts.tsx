/** Parts of the view of events: how many when, narrowed down by what, what they come to. Each is asked for by itself. */
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { useAnswer } from '../data/answer.ts';
import { query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { count, counted, percent } from '../ui/format.ts';
import { Panel } from '../ui/panel.tsx';
import { Plot } from '../ui/plot.tsx';
import { Table } from '../ui/table.tsx';
import {
  type AggregatedRow,
  barsOf,
  before,
  change,
  type Figure,
  figuresOf,
  type Filters,
  histogram,
  isPart,
  type Kind,
  MEASURED,
  titleOf,
  wordOf,
} from './event-rows.ts';
import { figure } from './figures.ts';
import { timeOptions } from './lines.tsx';
import { daysOf, type Range } from './range.ts';
import { urlOf } from './use.ts';

interface Aggregated {
  readonly rows: readonly AggregatedRow[];
  readonly cursor?: string;
}

export interface Asked {
  readonly kind: Kind;
  readonly range: Range;
  readonly filters: Filters;
}

/** Rows of an answer: all that a view shows. */
const MOST = '1000';

function aggregatedUrl({ kind, range, filters }: Asked, more: Readonly<Record<string, string>>): string {
  const { from, to } = daysOf(range);
  const days = { start_date: from, end_date: to };
  return urlOf('/api/metrics/aggregated', {
    kind,
    ...days,
    ...filters,
    limit: MOST,
    aggregation_window: 'all',
    ...more,
  });
}

const useAggregated = (asked: Asked, more: Readonly<Record<string, string>>, isWanted = true) =>
  useAnswer<Aggregated>(isWanted ? aggregatedUrl(asked, more) : undefined);

const HEIGHT = 120;

export function Histogram({ asked }: { readonly asked: Asked }) {
  const { window } = barsOf(asked.range);
  const hasStatus = asked.kind === 'commands' || asked.kind === 'agents';
  const answer = useAggregated(asked, {
    aggregation_window: window,
    functions: 'count',
    ...(hasStatus ? { group_by: 'status' } : {}),
  });
  return (
    <Panel
      title={`By ${window}`}
      answer={answer}
      more={
        <span class="quiet">
          Drag to filter by time, double click to go back.{hasStatus ? ' Red: error or timeout.' : ''}
        </span>
      }
    >
      {({ rows }) => <Bars rows={rows} asked={asked} />}
    </Panel>
  );
}

function Bars({ rows, asked: { kind, range } }: { readonly rows: readonly AggregatedRow[]; readonly asked: Asked }) {
  const { widthMs } = barsOf(range);
  const data = useMemo(() => histogram(rows, range), [rows, daysOf(range).from, daysOf(range).to]);
  const dark = isDark.value;
  const chosen = isPart(range) ? range : undefined;
  const options = useMemo((): Omit<uPlot.Options, 'width' | 'height'> => {
    const style = getComputedStyle(document.documentElement);
    const bars = uPlot.paths.bars?.({ align: 1, size: [0.85] });
    const paths = bars === undefined ? {} : { paths: bars };
    const bar = (colour: string): uPlot.Series => {
      const ground = style.getPropertyValue(colour).trim();
      return {
        fill: ground,
        stroke: ground,
        width: 0,
        points: { show: false },
        ...paths,
      };
    };
    const shared = timeOptions(PLAIN);
    return {
      ...shared,
      hooks: { ...shared.hooks, ready: [(plot) => mark(plot, chosen)] },
      // The last bar has its width, too.
      scales: {
        x: { range: (_, min, max) => [min, max + widthMs / 1_000] },
        y: { range: (_, __, max) => [0, Math.max(1, max * 1.05)] },
      },
      series: [{}, bar('--accent'), bar('--bad')],
    };
  }, [dark, chosen?.startMs, chosen?.endMs, data[0][0], widthMs]);
  const all = data[1].reduce((sum, many) => sum + many, 0);
  return <Plot options={options} data={data} height={HEIGHT} label={`${counted(all, 'event')} of ${kind} by time`} />;
}

/** Shows which stretch of the days is listed: the bars are of whole days. */
function mark(plot: uPlot, chosen: Range | undefined): void {
  if (chosen === undefined) return;
  const [from, to] = [chosen.startMs, chosen.endMs].map((ms) => plot.valToPos(ms / 1_000, 'x'));
  if (from === undefined || to === undefined) return;
  plot.setSelect({ left: from, width: Math.max(1, to - from), top: 0, height: plot.over.clientHeight }, false);
}

/** Values of a facet that are offered. */
const OFFERED = 8;

export function Facet({ asked, name }: { readonly asked: Asked; readonly name: string }) {
  const others = Object.fromEntries(Object.entries(asked.filters).filter(([own]) => own !== name));
  const { data, problem } = useAggregated({ ...asked, filters: others }, { group_by: name, functions: 'count' });
  const chosen = asked.filters[name];
  const found = (data?.rows ?? []).toSorted((a, b) => (b.values['count'] ?? 0) - (a.values['count'] ?? 0));
  const rows = found.filter(({ group }, index) => group[name] !== '' && (index < OFFERED || group[name] === chosen));
  const most = rows[0]?.values['count'] ?? 1;
  return (
    <section class="facet" aria-label={wordOf(name)}>
      <h3>
        {titleOf(name)}{' '}
        {found.length > OFFERED ? (
          <span class="quiet">
            {OFFERED} of {count(found.length)}
          </span>
        ) : null}
      </h3>
      {problem === undefined ? null : <p class="bad">{problem.detail}</p>}
      {data !== undefined && rows.length === 0 ? <p class="quiet">none say it</p> : null}
      {rows.map(({ group, values }) => {
        const value = group[name] ?? '';
        const many = values['count'] ?? 0;
        return (
          <button
            key={value}
            type="button"
            class="plain"
            aria-pressed={value === chosen}
            onClick={() => setQuery({ [name]: value === chosen ? undefined : value }, { replace: false })}
          >
            <i aria-hidden="true" style={{ width: `${(many / most) * 100}%` }} />
            <span class="name">{value}</span>
            <span class="number">{count(many)}</span>
          </button>
        );
      })}
    </section>
  );
}

const measure = (value: number | undefined, kind: Kind): string =>
  value === undefined
    ? ''
    : kind === 'productivity'
      ? figure(value, PLAIN)
      : figure(value / 1_000, { unit: 'seconds', isRate: false });

const PLAIN = { unit: 'none', isRate: false } as const;
const share = (value: number | undefined): string => (value === undefined ? '' : percent(value));

/** By a person, a team or a name: how many, how well, how long. */
export function Figures({ asked, facets }: { readonly asked: Asked; readonly facets: readonly string[] }) {
  const { kind } = asked;
  const offered = facets.filter((name) => name !== 'status');
  const by = offered.find((name) => name === query.value.get('by')) ?? offered[0] ?? 'team_id';
  const isAgents = kind === 'agents';
  const byStatus = useAggregated(asked, { group_by: `${by},status`, functions: 'count' });
  const measured = useAggregated(asked, { group_by: by, functions: 'count,p50,p95,sum', of: MEASURED[kind] });
  const tokens = (of: string) => ({ group_by: by, functions: 'sum', of });
  const input = useAggregated(asked, tokens('input_tokens'), isAgents).data?.rows ?? [];
  const output = useAggregated(asked, tokens('output_tokens'), isAgents).data?.rows ?? [];
  const column = (name: string, of: (row: Figure) => number | undefined, text: (value: number) => string) => ({
    name,
    cell: (row: Figure) => {
      const value = of(row);
      return value === undefined ? '' : text(value);
    },
    by: (row: Figure) => of(row) ?? -Infinity,
    isNumber: true,
  });
  return (
    <Panel
      title="What they come to"
      answer={measured}
      more={
        <span class="ranges" role="group" aria-label="By">
          {offered.map((name) => (
            <button key={name} type="button" aria-pressed={name === by} onClick={() => setQuery({ by: name })}>
              by {wordOf(name)}
            </button>
          ))}
        </span>
      }
    >
      {({ rows, cursor }) => (
        <>
          <Table
            label={`By ${wordOf(by)}`}
            rows={figuresOf(by, byStatus.data?.rows ?? [], rows, { input, output })}
            keyOf={({ of }) => of}
            sortName="figures"
            columns={[
              { name: titleOf(by), cell: ({ of }) => of || <span class="quiet">not said</span>, by: ({ of }) => of },
              column('Events', ({ count: many }) => many, count),
              ...(kind === 'commands' || isAgents ? [column('Success', ({ successRate }) => successRate, share)] : []),
              column(
                kind === 'productivity' ? 'Median' : 'p50',
                ({ p50 }) => p50,
                (value) => measure(value, kind),
              ),
              column(
                'p95',
                ({ p95 }) => p95,
                (value) => measure(value, kind),
              ),
              ...(kind === 'productivity'
                ? [
                    column(
                      'Sum',
                      ({ sum }) => sum,
                      (value) => figure(value, PLAIN),
                    ),
                  ]
                : []),
              ...(isAgents
                ? [
                    column('Tokens in', ({ inputTokens }) => inputTokens, count),
                    column('Tokens out', ({ outputTokens }) => outputTokens, count),
                  ]
                : []),
            ]}
          />
          {cursor === undefined ? null : <p class="quiet">The first {MOST} of them: narrow them down.</p>}
        </>
      )}
    </Panel>
  );
}

/** These days in a line, and what is otherwise than in as many days before. */
export function Compared({ asked }: { readonly asked: Asked }) {
  const { kind, range } = asked;
  const earlier = { ...asked, range: before(range) };
  const counts = { group_by: 'status', functions: 'count' };
  const measures = { functions: 'count,p50,p95,sum', of: MEASURED[kind] };
  const now = [useAggregated(asked, counts), useAggregated(asked, measures)] as const;
  const then = [useAggregated(earlier, counts), useAggregated(earlier, measures)] as const;
  const [one, other] = [now, then].map(
    ([byStatus, all]) => figuresOf(undefined, byStatus.data?.rows ?? [], all.data?.rows ?? [])[0],
  );
  if (one === undefined) return null;
  const { from, to } = daysOf(range);
  const was = daysOf(earlier.range);
  const part = (name: string, text: string, changed: string) =>
    text === '' ? null : (
      <span key={name}>
        {name} <strong>{text}</strong> <span class="quiet">{changed}</span>
      </span>
    );
  return (
    <p class="compared">
      <span class="quiet">
        {from === to ? from : `${from} to ${to}`}
        {then[1].data?.rows.length === 0
          ? ', with nothing before to compare with:'
          : `, against ${was.from === was.to ? was.from : `${was.from} to ${was.to}`}:`}
      </span>
      {part('events', count(one.count), change(one.count, other?.count))}
      {part('success', share(one.successRate), change(one.successRate, other?.successRate, true))}
      {part('p50', measure(one.p50, kind), change(one.p50, other?.p50))}
      {part('p95', measure(one.p95, kind), change(one.p95, other?.p95))}
    </p>
  );
}
