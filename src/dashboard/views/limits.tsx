/** What an organization sends against what it may: series, days, and what makes them many. */
import { useMemo } from 'preact/hooks';
import { useAnswer } from '../data/answer.ts';
import { linkTo, query, setQuery, withQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { count, counted, percent } from '../ui/format.ts';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';
import { describedLimits, type Described, type LabelCount, labelCounts, metricCounts } from '../explore/cardinality.ts';
import { curlGet, curlSend } from '../explore/curl.ts';
import { Facts } from '../explore/facts.tsx';
import type { Metadata } from '../explore/figures.ts';
import type { Labels } from '../explore/series.ts';
import { caller, urlOf, useRefresh } from '../explore/use.ts';
import '../explore/explore.css';

type Limits = Readonly<Record<string, number>>;

interface Stats {
  readonly day: string;
  readonly samples: number;
  readonly series: number;
  readonly events: Readonly<Record<string, number>>;
  readonly deadLetters: number;
}

interface Partition {
  readonly day: string;
  readonly samples: number;
  readonly series: number;
  readonly rolledUp: boolean;
}

const SERIES_LIMIT = 'max_global_series_per_user';

/** Above this share of a limit somebody should know. */
const NEAR = 0.8;

/** Series that are looked at for what they are of: all of most organizations, a sample of the largest. */
const LOOKED_AT = 10_000;

/** How often it is asked for again, in ms. */
const REFRESH_MS = 60_000;

const DAY = /^\d{4}-\d{2}-\d{2}$/;

export function View() {
  useRefresh(REFRESH_MS);
  const given = query.value.get('day') ?? '';
  const day = DAY.test(given) ? given : new Date().toISOString().slice(0, 10);
  const limits = useAnswer<Limits>(urlOf('/api/v1/user_limits'));
  const most = limits.data?.[SERIES_LIMIT];
  return (
    <>
      <h1>Limits</h1>
      <OfDay day={day} most={most} />
      <Metrics day={day} />
      <Days day={day} most={most} />
      <Allowed answer={limits} />
    </>
  );
}

/** How much of what is allowed is used. */
function Share({ value, most }: { readonly value: number; readonly most: number | undefined }) {
  if (most === undefined) return null;
  const share = value / most;
  return (
    <span class="age" title={`${count(value)} of ${count(most)}`}>
      <meter
        class={share >= NEAR ? 'near' : undefined}
        min={0}
        max={1}
        value={Math.min(1, share)}
        aria-label="of what is allowed"
      />
      <span class={share >= NEAR ? 'bad' : undefined}>{value === 0 ? '0 %' : percent(share)}</span>
    </span>
  );
}

function OfDay({ day, most }: { readonly day: string; readonly most: number | undefined }) {
  const answer = useAnswer<Stats>(urlOf('/api/metrics/stats', { day }));
  return (
    <Panel title={`Of ${day}`} answer={answer}>
      {({ samples, series, events, deadLetters }) => (
        <>
          <Facts
            facts={[
              [
                'Series',
                <>
                  {count(series)} {most === undefined ? '' : `of ${count(most)} a day `}
                  <Share value={series} most={most} />
                </>,
              ],
              ['Samples', count(samples)],
              ...Object.entries(events).map(([kind, many]) => [kind, count(many)] as const),
              [
                'Rejected requests',
                <>
                  <a href={linkTo('/rejected')}>{counted(deadLetters, 'dead letter')}</a>, of all days
                </>,
              ],
            ]}
          />
          <Command text={curlGet(caller(), '/api/metrics/stats', { day })} />
        </>
      )}
    </Panel>
  );
}

function Metrics({ day }: { readonly day: string }) {
  const answer = useAnswer<{ readonly data: readonly Labels[] }>(
    urlOf('/api/v1/series', {
      'match[]': '{__name__=~".+"}',
      start: `${day}T00:00:00Z`,
      end: `${day}T23:59:59Z`,
      limit: String(LOOKED_AT),
    }),
  );
  return (
    <Panel title="Metrics, by series" answer={answer}>
      {({ data }) =>
        data.length === 0 ? (
          <Empty what={`No samples of ${day}`}>
            <p>A shell sends one like this:</p>
            <Command text={curlSend(caller(), '/api/v1/import/prometheus', 'queue_length{queue="mail"} 42\n')} />
          </Empty>
        ) : (
          <Counts series={data} day={day} />
        )
      }
    </Panel>
  );
}

function Counts({ series, day }: { readonly series: readonly Labels[]; readonly day: string }) {
  const metadata = useAnswer<{ readonly data: Metadata }>(
    urlOf('/api/v1/metadata', { start: `${day}T00:00:00Z`, end: `${day}T23:59:59Z` }),
  ).data?.data;
  const metric = query.value.get('metric') ?? undefined;
  const metrics = useMemo(() => metricCounts(series), [series]);
  const labels = useMemo(() => labelCounts(series, metric), [series, metric]);
  const about = (name: string) => metadata?.[name]?.[0] ?? metadata?.[name.replace(/_(?:bucket|sum|count)$/, '')]?.[0];
  return (
    <>
      <div class="halves">
        <Table
          label="Metrics"
          rows={metrics}
          keyOf={({ name }) => name}
          onRow={({ name }) => setQuery({ metric: name === metric ? undefined : name })}
          rowClass={({ name }) => (name === metric ? 'chosen' : undefined)}
          sortName="metrics"
          columns={[
            {
              name: 'Metric',
              cell: ({ name }) => <a href={withQuery({ metric: name })}>{name}</a>,
              by: ({ name }) => name,
            },
            { name: 'Series', cell: ({ series: many }) => count(many), by: ({ series: many }) => many, isNumber: true },
            { name: 'Type', cell: ({ name }) => about(name)?.type ?? '', by: ({ name }) => about(name)?.type ?? '' },
            { name: 'Help', cell: ({ name }) => <span class="quiet">{about(name)?.help}</span> },
          ]}
        />
        <LabelTable labels={labels} metric={metric} />
      </div>
      <p class="quiet">
        {series.length < LOOKED_AT
          ? `${count(series.length)} series as they are asked for: the parts of a histogram are stored as one.`
          : `Of the first ${count(LOOKED_AT)} series as they are asked for.`}
      </p>
    </>
  );
}

function LabelTable({
  labels,
  metric,
}: {
  readonly labels: readonly LabelCount[];
  readonly metric: string | undefined;
}) {
  return (
    <div>
      <div class="split">
        <h3>Labels of {metric ?? 'all metrics'}</h3>
        {metric === undefined ? null : (
          <>
            <a href={linkTo('/explore', { q: metric })}>Explore it</a>
            <a href={withQuery({ metric: undefined })}>All metrics</a>
          </>
        )}
      </div>
      <Table
        label="Labels"
        rows={labels}
        keyOf={({ name }) => name}
        sortName="labels"
        columns={[
          { name: 'Label', cell: ({ name }) => <code>{name}</code>, by: ({ name }) => name },
          { name: 'Values', cell: ({ values }) => count(values), by: ({ values }) => values, isNumber: true },
          {
            name: 'Series',
            cell: ({ series: many }) => count(many),
            by: ({ series: many }) => many,
            isNumber: true,
          },
          {
            name: 'Most have',
            cell: ({ most: [value, many] }) => (
              <span class="quiet">
                {value.slice(0, 40)} ({count(many)})
              </span>
            ),
          },
        ]}
      />
    </div>
  );
}

function Days({ day, most }: { readonly day: string; readonly most: number | undefined }) {
  const answer = useAnswer<{ readonly partitions: readonly Partition[] }>(urlOf('/api/metrics/partitions'));
  return (
    <Panel title="Days that are kept" answer={answer}>
      {({ partitions }) =>
        partitions.length === 0 ? (
          <Empty what="Nothing was collected yet" />
        ) : (
          <Table
            label="Days that are kept"
            rows={partitions.toReversed()}
            keyOf={({ day: own }) => own}
            sortName="days"
            rowClass={({ day: own }) => (own === day ? 'chosen' : undefined)}
            columns={[
              {
                name: 'Day',
                cell: ({ day: own }) => <a href={withQuery({ day: own })}>{own}</a>,
                by: ({ day: own }) => own,
              },
              { name: 'Samples', cell: ({ samples }) => count(samples), by: ({ samples }) => samples, isNumber: true },
              { name: 'Series', cell: ({ series }) => count(series), by: ({ series }) => series, isNumber: true },
              { name: 'Of what is allowed', cell: ({ series }) => <Share value={series} most={most} /> },
              {
                name: 'Rolled up',
                cell: ({ rolledUp, samples }) =>
                  samples === 0 ? '' : rolledUp ? 'yes' : <span class="quiet">not yet</span>,
              },
            ]}
          />
        )
      }
    </Panel>
  );
}

function Allowed({ answer }: { readonly answer: ReturnType<typeof useAnswer<Limits>> }) {
  const described: Described =
    useAnswer<Described>('/openapi.json', async (response) => describedLimits(await response.json())).data ?? {};
  return (
    <Panel title="What is allowed" answer={answer}>
      {(limits) => (
        <>
          <Table
            label="What is allowed"
            rows={Object.entries(limits).map(([name, value]) => ({ name, value }))}
            keyOf={({ name }) => name}
            sortName="limits"
            columns={[
              { name: 'Limit', cell: ({ name }) => <code>{name}</code>, by: ({ name }) => name },
              {
                name: 'Value',
                cell: ({ name, value }) => (
                  <span class={described[name]?.default === value ? undefined : 'own'}>{count(value)}</span>
                ),
                by: ({ value }) => value,
                isNumber: true,
              },
              { name: 'Of', cell: ({ name }) => <span class="quiet">{described[name]?.description}</span> },
            ]}
          />
          <p class="quiet">
            Set in daymill.config.ts, <code>collect.limits</code>. What is beyond is refused, and kept as a dead letter.
          </p>
          <Command text={curlGet(caller(), '/api/v1/user_limits', {})} />
        </>
      )}
    </Panel>
  );
}
