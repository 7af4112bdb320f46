/** Events one by one, each as it was sent when it is opened. */
import { answerOf, useAnswer } from '../data/answer.ts';
import { query, setQuery, withQuery } from '../shell/location.ts';
import { count, time } from '../ui/format.ts';
import { Panel } from '../ui/panel.tsx';
import { Table } from '../ui/table.tsx';
import type { Asked } from './event-ask.ts';
import { type Event, facetsOf, type Kind, textIn, titleOf, within } from './event-rows.ts';
import { figure } from './figures.ts';
import { Raw } from './raw.tsx';
import { daysOf, isoOf } from './range.ts';
import { urlOf } from './use.ts';

/** Of one request. */
const PAGE = 1_000;

/** Pages that are read of a question: the API has them from the oldest on, the page shows the newest first. */
const MAX_PAGES = 5;

/** Rows that are shown. */
const ROWS = 200;

interface Page {
  readonly events: readonly Event[];
  readonly cursor?: string;
}

export function EventList({ asked, seesPeople }: { readonly asked: Asked; readonly seesPeople: boolean }) {
  const { kind, range, filters } = asked;
  const { from, to } = daysOf(range);
  const path = `/api/metrics/${kind}`;
  const parameters = { start_date: from, end_date: to, ...filters, limit: String(PAGE) };
  const answer = useAnswer<Page>(kind === 'sessions' ? undefined : urlOf(path, parameters), async (response) => {
    const first = (await response.json()) as Page;
    const events = [...first.events];
    let { cursor } = first;
    for (let page = 1; cursor !== undefined && page < MAX_PAGES; page++) {
      const next: Page = await answerOf<Page>(urlOf(path, { ...parameters, cursor }));
      events.push(...next.events);
      ({ cursor } = next);
    }
    return cursor === undefined ? { events } : { events, cursor };
  });
  if (kind === 'sessions')
    return (
      <p class="note">
        Sessions are counted here. One by one they come by <code>npx daymill export sessions</code>.
      </p>
    );
  return (
    <Panel
      title="One by one"
      answer={answer}
      more={
        <span class="quiet">
          {isoOf(range.startMs).slice(0, 16).replace('T', ' ')} to {isoOf(range.endMs).slice(0, 16).replace('T', ' ')},
          newest first
        </span>
      }
    >
      {({ events, cursor }) => (
        <>
          <Rows events={within(events, range)} kind={kind} seesPeople={seesPeople} />
          {cursor === undefined ? null : (
            <p class="quiet">
              These are of the first {count(PAGE * MAX_PAGES)} events of the days. Choose a shorter time, or narrow them
              down.
            </p>
          )}
        </>
      )}
    </Panel>
  );
}

interface RowsProps {
  readonly events: readonly Event[];
  readonly kind: Kind;
  readonly seesPeople: boolean;
}

function Rows({ events, kind, seesPeople }: RowsProps) {
  const id = query.value.get('event');
  const open = events.find((event) => event.id === id);
  const took = (event: Event): number => {
    const value = event['execution_time_ms'];
    return typeof value === 'number' ? value : -1;
  };
  const number = (name: string, member: string) => ({
    name,
    cell: (event: Event) => (typeof event[member] === 'number' ? count(event[member]) : ''),
    by: (event: Event) => Number(event[member] ?? -1),
    isNumber: true,
  });
  return (
    <div class={open === undefined ? undefined : 'with-aside'}>
      <div>
        <Table
          label={`Events of ${kind}`}
          rows={events.slice(0, ROWS)}
          keyOf={(event) => event.id}
          onRow={(event) => setQuery({ event: event.id === id ? undefined : event.id })}
          rowClass={(event) => (event.id === id ? 'chosen' : undefined)}
          columns={[
            {
              name: 'Time',
              cell: (event) => <a href={withQuery({ event: event.id })}>{time(event.timestamp)}</a>,
              by: ({ timestamp }) => timestamp,
            },
            ...facetsOf(kind, seesPeople).map((name) => ({
              name: titleOf(name),
              cell: (event: Event) => (name === 'status' ? <Status event={event} /> : textIn(event, name)),
              by: (event: Event) => textIn(event, name),
            })),
            ...(kind === 'productivity'
              ? [number('Value', 'metric_value'), { name: 'Unit', cell: (event: Event) => textIn(event, 'unit') }]
              : [
                  {
                    name: 'Took',
                    cell: (event: Event) =>
                      took(event) < 0 ? '' : figure(took(event) / 1_000, { unit: 'seconds', isRate: false }),
                    by: took,
                    isNumber: true,
                  },
                ]),
            ...(kind === 'agents' ? [number('Tokens in', 'input_tokens'), number('Tokens out', 'output_tokens')] : []),
          ]}
        />
        <p class="quiet">
          {events.length > ROWS
            ? `The newest ${ROWS} of ${count(events.length)}.`
            : `${count(events.length)} in this time.`}
        </p>
      </div>
      {open === undefined ? null : (
        <Raw title={time(open.timestamp)} value={open} onClose={() => setQuery({ event: undefined })} />
      )}
    </div>
  );
}

function Status({ event }: { readonly event: Event }) {
  const status = textIn(event, 'status');
  return <span class={status === 'error' || status === 'timeout' ? 'bad' : undefined}>{status}</span>;
}
