/** Parts of the view of events: how many when, and what they are narrowed down by. Each is asked for by itself. */
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { count, counted } from '../ui/format.ts';
import { Panel } from '../ui/panel.tsx';
import { Plot } from '../ui/plot.tsx';
import { type Asked, useAggregated } from './event-ask.ts';
import { type AggregatedRow, barsOf, histogram, isPart, titleOf, wordOf } from './event-rows.ts';
import { timeOptions } from './lines.tsx';
import { daysOf, type Range } from './range.ts';

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
    const shared = timeOptions({ unit: 'none', isRate: false });
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
