/** What people and agents did: how often, how well, how long, by whom; and each as it was sent. */
import { project } from '../data/project.ts';
import { query, setQuery, withQuery } from '../shell/location.ts';
import { Command } from '../ui/command.tsx';
import { Empty } from '../ui/note.tsx';
import { useAnswer } from '../data/answer.ts';
import { curlSend } from '../explore/curl.ts';
import { EventList } from '../explore/event-list.tsx';
import type { Asked } from '../explore/event-ask.ts';
import { Compared, Figures } from '../explore/event-figures.tsx';
import { Facet, Histogram } from '../explore/event-parts.tsx';
import {
  type AggregatedRow,
  facetsOf,
  filtersIn,
  type Kind,
  KINDS,
  MEMBERS,
  seesPeople,
  wholeDays,
} from '../explore/event-rows.ts';
import { daysOf, rangeOf } from '../explore/range.ts';
import { RangeBar } from '../explore/range-bar.tsx';
import { caller, urlOf, useNow, useRefresh } from '../explore/use.ts';
import '../explore/explore.css';

/** What is shown when the link says nothing. */
const OTHERWISE = '7d';

/** How often the end of a range that ends now moves, and all of it is asked for again, in ms. */
const MOVES_MS = 60_000;

const EXAMPLES: Readonly<Record<Kind, unknown>> = {
  commands: { user_id: 'ann', team_id: 'red', command_name: 'build', execution_time_ms: 4_200, status: 'success' },
  agents: { user_id: 'ann', agent_name: 'reviewer', interaction_type: 'chat', input_tokens: 900, output_tokens: 200 },
  productivity: { user_id: 'ann', metric_name: 'merged', metric_value: 3, unit: 'changes' },
  sessions: { session_id: 's-1', user_id: 'ann' },
};

export function View() {
  useRefresh(MOVES_MS);
  const kind = KINDS.find((one) => one === query.value.get('kind')) ?? 'commands';
  const isSeeing = seesPeople(project.value?.role ?? '');
  const facets = facetsOf(kind, isSeeing);
  const range = wholeDays(rangeOf(query.value, useNow(MOVES_MS), OTHERWISE));
  const asked: Asked = { kind, range, filters: filtersIn(query.value, facets) };
  return (
    <>
      <div class="split">
        <h1>Events</h1>
        <div class="ranges" role="group" aria-label="Kind">
          {KINDS.map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === kind}
              onClick={() => setQuery({ kind: one, event: undefined })}
            >
              {one}
            </button>
          ))}
        </div>
      </div>
      <RangeBar range={range} otherwise={OTHERWISE} hasNow={false} />
      {isSeeing ? null : (
        <p class="note">
          A {project.value?.role} sees no user_id: events are shown by team and by name. A manager sees people, too.
        </p>
      )}
      <Shown key={kind} asked={asked} facets={facets} isSeeing={isSeeing} />
    </>
  );
}

interface Props {
  readonly asked: Asked;
  readonly facets: readonly string[];
  readonly isSeeing: boolean;
}

function Shown({ asked, facets, isSeeing }: Props) {
  const { kind, range, filters } = asked;
  const { from, to } = daysOf(range);
  const any = useAnswer<{ readonly rows: readonly AggregatedRow[] }>(
    urlOf('/api/metrics/aggregated', {
      kind,
      start_date: from,
      end_date: to,
      ...filters,
      aggregation_window: 'all',
      functions: 'count',
    }),
  );
  if (any.data?.rows.length === 0)
    return (
      <>
        <h2 class="hidden">{kind}</h2>
        <Nothing kind={kind} filters={Object.keys(filters)} days={from === to ? from : `${from} to ${to}`} />
      </>
    );
  return (
    <>
      <Compared asked={asked} />
      <Histogram asked={asked} />
      <div class="facets">
        {facets.map((name) => (
          <Facet key={name} asked={asked} name={name} />
        ))}
      </div>
      <Figures asked={asked} facets={facets} />
      <EventList asked={asked} seesPeople={isSeeing} />
    </>
  );
}

interface NothingProps {
  readonly kind: Kind;
  readonly filters: readonly string[];
  readonly days: string;
}

function Nothing({ kind, filters, days }: NothingProps) {
  if (filters.length > 0)
    return (
      <Empty what={`No ${kind} of ${days} are so`}>
        <p>
          <a href={withQuery(Object.fromEntries(filters.map((name) => [name, undefined])))}>Without the filters.</a>
        </p>
      </Empty>
    );
  return (
    <Empty what={`No ${kind} of ${days}`}>
      <p>A shell sends one like this:</p>
      {kind === 'sessions' ? (
        <>
          <Command text={curlSend(caller(), '/api/metrics/sessions/start', EXAMPLES.sessions)} />
          <p>It is counted when it has ended, which is said, or found out by its silence:</p>
          <Command text={curlSend(caller(), '/api/metrics/sessions/s-1', { status: 'ended' }, { method: 'PUT' })} />
        </>
      ) : (
        <Command text={curlSend(caller(), '/api/metrics/batch', { [MEMBERS[kind]]: [EXAMPLES[kind]] })} />
      )}
    </Empty>
  );
}
