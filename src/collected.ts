/** `collected('commands')`: the closed days of what was sent to Daymill, as root datasets of computations. Here the wings meet in an author's code. */
import { z } from 'zod';
import { UserError } from './errors.ts';
import { EVENTS, EVENT_KINDS, type EventKind } from './meter/model/event.ts';
import { defineDataset, type EntityDataset, files } from './mill/model/dataset.ts';
import type { CompleteWhen } from './mill/model/dataset.ts';
import type { ExpectedOption } from './mill/model/expected-days.ts';

export interface CollectedOptions {
  /** The dataset's name; one of what is collected when absent: `collected-commands`. */
  readonly as?: string;
  readonly complete?: CompleteWhen;
  /** Which days have data, if one without is to be told. */
  readonly expected?: ExpectedOption;
}

/** Series whose labels are these; without a name, of all metrics. */
export interface CollectedSamplesOptions extends CollectedOptions {
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** What each entity has beside what was sent. */
const kept = { organization: z.string(), id: z.string(), timestamp: z.string() };

const entityOf = (kind: EventKind) => EVENTS[kind].extend(kept);

/** A day of one series. Its points are in the order of their times. */
export const CollectedSeries = z.object({
  organization: z.string(),
  /** With `__name__`. */
  labels: z.record(z.string(), z.string()),
  temporality: z.enum(['cumulative', 'delta']).optional(),
  /** Milliseconds since 1970. */
  times: z.array(z.number()),
  /** Numbers; null where it was NaN, infinite or stale; histograms and summaries as `POST /api/metrics` takes them. */
  values: z.array(z.union([z.number().nullable(), z.record(z.string(), z.unknown())])),
});
export type CollectedSeries = z.infer<typeof CollectedSeries>;

/** An entity of the dataset: an event with its organization, or a day of a series. */
export type CollectedEntity<K extends EventKind | 'samples'> = K extends EventKind
  ? z.output<(typeof EVENTS)[K]> & { readonly organization: string; readonly id: string; readonly timestamp: string }
  : CollectedSeries;

/**
 * Makes the dataset of all that was collected of a kind, of all organizations: its entities' ids, and so those of results, begin with the
 * organization, `acme/…`. A day opens when it has been over for a while; what comes later for it makes its readers run again.
 * @throws {UserError} BAD_DEFINITION for a kind that there is not
 */
export function collected(kind: 'samples', options?: CollectedSamplesOptions): EntityDataset<CollectedSeries>;
export function collected<K extends EventKind>(kind: K, options?: CollectedOptions): EntityDataset<CollectedEntity<K>>;
export function collected(
  kind: EventKind | 'samples',
  options: CollectedSamplesOptions = {},
): EntityDataset<CollectedEntity<EventKind>> | EntityDataset<CollectedSeries> {
  const { as, complete, expected, name, labels = {} } = options;
  const rest = { ...(complete === undefined ? {} : { complete }), ...(expected === undefined ? {} : { expected }) };
  if (kind === 'samples') {
    const matchers = { ...(name === undefined ? {} : { __name__: name }), ...labels };
    const query = new URLSearchParams(Object.entries(matchers).toSorted(([a], [b]) => (a < b ? -1 : 1))).toString();
    return defineDataset({
      name:
        as ?? ['collected-samples', ...(name === undefined ? [] : [name.replaceAll(/[^A-Za-z0-9]+/g, '-')])].join('-'),
      description: `Samples${name === undefined ? '' : ` of ${name}`} that were collected, a day of a series each.`,
      entity: CollectedSeries,
      id: ({ organization, labels: own }) => `${organization}/${seriesText(own)}`,
      ...rest,
      source: files<CollectedSeries>(`collected://samples/{date}/*.ndjson${query === '' ? '' : `?${query}`}`, {
        allowEmpty: true,
      }),
    });
  }
  if (!EVENT_KINDS.includes(kind))
    throw new UserError(
      'BAD_DEFINITION',
      `collected('${kind}'): there is no such kind, only ${[...EVENT_KINDS, 'samples'].join(', ')}.`,
    );
  return defineDataset({
    name: as ?? `collected-${kind}`,
    description: `Events of the kind ${kind} that were collected.`,
    entity: entityOf(kind) as z.ZodType<CollectedEntity<EventKind>>,
    id: ({ organization, id }) => `${organization}/${id}`,
    ...rest,
    source: files<CollectedEntity<EventKind>>(`collected://${kind}/{date}/*.ndjson`, { allowEmpty: true }),
  });
}

/** As the exposition format writes a series. */
function seriesText({ __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const rest = Object.keys(labels)
    .sort()
    .map((label) => `${label}=${JSON.stringify(labels[label])}`);
  return rest.length === 0 ? name : `${name}{${rest.join(',')}}`;
}
