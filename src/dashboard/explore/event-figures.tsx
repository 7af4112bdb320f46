/** What events come to: by a person, a team or a name, and against the days before. */
import { query, setQuery } from '../shell/location.ts';
import { count, percent } from '../ui/format.ts';
import { Panel } from '../ui/panel.tsx';
import { type Column, Table } from '../ui/table.tsx';
import { type Asked, MOST, useAggregated } from './event-ask.ts';
import { before, change, type Figure, figuresOf, type Kind, MEASURED, titleOf, wordOf } from './event-rows.ts';
import { figure } from './figures.ts';
import { daysOf } from './range.ts';

const measure = (value: number | undefined, kind: Kind): string =>
  value === undefined
    ? ''
    : kind === 'productivity'
      ? figure(value, PLAIN)
      : figure(value / 1_000, { unit: 'seconds', isRate: false });

const PLAIN = { unit: 'none', isRate: false } as const;
const share = (value: number | undefined): string => (value === undefined ? '' : percent(value));

function figureColumn(
  name: string,
  of: (row: Figure) => number | undefined,
  text: (value: number) => string,
): Column<Figure> {
  return {
    name,
    cell: (row: Figure) => {
      const value = of(row);
      return value === undefined ? '' : text(value);
    },
    by: (row: Figure) => of(row) ?? -Infinity,
    isNumber: true,
  };
}

const figureColumns = (kind: Kind, by: string): readonly Column<Figure>[] => [
  { name: titleOf(by), cell: ({ of }) => of || <span class="quiet">not said</span>, by: ({ of }) => of },
  figureColumn('Events', ({ count: many }) => many, count),
  ...(kind === 'commands' || kind === 'agents'
    ? [figureColumn('Success', ({ successRate }) => successRate, share)]
    : []),
  figureColumn(
    kind === 'productivity' ? 'Median' : 'p50',
    ({ p50 }) => p50,
    (value) => measure(value, kind),
  ),
  figureColumn(
    'p95',
    ({ p95 }) => p95,
    (value) => measure(value, kind),
  ),
  ...(kind === 'productivity'
    ? [
        figureColumn(
          'Sum',
          ({ sum }) => sum,
          (value) => figure(value, PLAIN),
        ),
      ]
    : []),
  ...(kind === 'agents'
    ? [
        figureColumn('Tokens in', ({ inputTokens }) => inputTokens, count),
        figureColumn('Tokens out', ({ outputTokens }) => outputTokens, count),
      ]
    : []),
];

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
            columns={figureColumns(kind, by)}
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
