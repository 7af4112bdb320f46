/** A group as what is committed together: a segment an organization, day and kind, whoever brought what is in it. */
import { type Day, dayOf } from '../../../values/date.ts';
import type { EventKind, StoredEvent } from '../../model/event.ts';
import type { Refusal } from '../../model/series-resolver.ts';
import { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type {
  Claim,
  DayKey,
  DayStore,
  DocumentWrite,
  EventWrite,
  SampleWrite,
  Together,
} from '../../ports/day-store.ts';
import type { Contribution, KnownSeries, Outcome } from './contribution.ts';

export interface GroupPorts {
  readonly days: Pick<DayStore, 'commit' | 'identify' | 'describe' | 'claimed'>;
}

/** What of a group is known to have been taken before, by contribution; kept from round to round. */
export class StruckClaims {
  readonly #requests = new WeakMap<Contribution, Claim>();
  readonly #events = new WeakMap<Contribution, Set<number>>();

  request(contribution: Contribution): Claim | undefined {
    return this.#requests.get(contribution);
  }
  events(contribution: Contribution): ReadonlySet<number> {
    return this.#events.get(contribution) ?? NONE;
  }
  strikeRequest(contribution: Contribution, claim: Claim): void {
    this.#requests.set(contribution, claim);
  }
  strikeEvent(contribution: Contribution, index: number): void {
    const struck = this.#events.get(contribution) ?? new Set();
    this.#events.set(contribution, struck.add(index));
  }
}

const NONE: ReadonlySet<number> = new Set();

export interface MergedGroup {
  readonly together: Together;
  readonly isEmpty: boolean;
  /** In the order of the contributions, once it is committed; undefined for one that waits for another of the same claim. */
  readonly outcomes: readonly (Outcome | undefined)[];
  /** These were taken before: whoever brings them is told so in the next round. */
  strike(claims: readonly Claim[]): Promise<void>;
}

const keyOf = ({ organization, key }: Pick<Claim, 'organization' | 'key'>): string => `${organization}\n${key}`;

export async function mergeGroup(
  contributions: readonly Contribution[],
  struck: StruckClaims,
  ports: GroupPorts,
): Promise<MergedGroup> {
  const places = new Map(contributions.map((one) => [one, placesOf(one)] as const));
  const identified = await identifyAll(contributions, places, ports);
  const holders = new Map<string, Contribution>();
  const merging = new Merging();
  const outcomes: (Outcome | undefined)[] = [];
  for (const contribution of contributions) {
    const before = struck.request(contribution);
    if (before !== undefined) {
      outcomes.push({ kind: 'repeated', answer: before.answer });
      continue;
    }
    const claims = claimsOf(contribution, struck.events(contribution));
    // Two of one group with one claim: the second is told in a later round what the first has done.
    if (claims.some((claim) => (holders.get(keyOf(claim)) ?? contribution) !== contribution)) {
      outcomes.push(undefined);
      continue;
    }
    for (const claim of claims) holders.set(keyOf(claim), contribution);
    const repeated = new Set(struck.events(contribution));
    merging.addEvents(contribution, repeated);
    merging.claims.push(...dropSame(claims.filter(({ key }) => key !== contribution.claim)));
    merging.documents.push(...contribution.documents);
    const refused = merging.addSamples(contribution, places.get(contribution) ?? new Map(), identified);
    const kept = { kind: 'kept', repeated, refused } as const;
    if (contribution.claim !== undefined)
      merging.claims.push({
        organization: contribution.organization,
        key: contribution.claim,
        answer: contribution.answerOf(kept),
      });
    outcomes.push(kept);
  }
  const together = merging.together();
  return {
    together,
    isEmpty: [together.samples, together.events, together.claims, together.documents].every(
      ({ length }) => length === 0,
    ),
    outcomes,
    async strike(claims) {
      const taken = await ports.days.claimed(claims);
      for (const [at, claim] of claims.entries()) {
        const contribution = holders.get(keyOf(claim));
        if (contribution === undefined) continue;
        if (contribution.claim === claim.key) struck.strikeRequest(contribution, taken[at] ?? claim);
        for (const { claim: key, index } of contribution.events)
          if (key === claim.key) struck.strikeEvent(contribution, index);
      }
    },
  };
}

const claimsOf = ({ organization, claim, events }: Contribution, struck: ReadonlySet<number>): Claim[] => [
  ...(claim === undefined ? [] : [{ organization, key: claim }]),
  ...events.flatMap((event) =>
    event.claim === undefined || struck.has(event.index) ? [] : [{ organization, key: event.claim }],
  ),
];

/** Of two events of one request with one id the first counts. */
const dropSame = (claims: readonly Claim[]): Claim[] => [
  ...new Map(claims.map((claim) => [keyOf(claim), claim])).values(),
];

class Merging {
  readonly claims: Claim[] = [];
  readonly documents: DocumentWrite[] = [];
  readonly #events = new Map<string, DayKey & { kind: EventKind; events: StoredEvent[] }>();
  readonly #samples = new Map<string, SampleWrite & { series: KnownSeries }>();

  /** Adds to `repeated` what the request itself has twice. */
  addEvents({ organization, events }: Contribution, repeated: Set<number>): void {
    const own = new Set<string>();
    for (const event of events) {
      if (repeated.has(event.index)) continue;
      if (event.claim !== undefined && own.has(event.claim)) repeated.add(event.index);
      else {
        if (event.claim !== undefined) own.add(event.claim);
        const day = dayOf(event.timestampMs);
        const { kind, id, timestampMs, fields } = event;
        const key = `${organization}\n${day}\n${kind}`;
        const segment = this.#events.get(key) ?? { organization, day, kind, events: [] };
        segment.events.push({ kind, id, timestampMs, fields });
        this.#events.set(key, segment);
      }
    }
  }

  /** The samples, by their place, whose series the day cannot take. */
  addSamples(
    { organization, samples, series }: Contribution,
    placesByDay: ReadonlyMap<Day, Places>,
    identified: Identified,
  ): ReadonlyMap<number, Refusal> {
    const refused = new Map<number, Refusal>();
    for (const [day, places] of placesByDay) {
      const key = { organization, day };
      const { ids, refusals } = identified.get(series)?.get(day) ?? { ids: series.idsOf(day), refusals: NO_REFUSALS };
      const into = this.#dayOf(key, series, ids);
      if (places === 'all' && refusals.size === 0) into.append(samples);
      else addSome(samples, places, { into, refusals, refused });
    }
    return refused;
  }

  #dayOf(key: DayKey, series: KnownSeries, ids: Uint32Array): Samples {
    const name = `${key.organization}\n${key.day}`;
    const found = this.#samples.get(name);
    // An index that was made anew since the other request came has numbers of its own.
    if (found !== undefined && found.series === series) return found.samples;
    const samples = new Samples();
    this.#samples.set(found === undefined ? name : `${name}\n${this.#samples.size}`, { ...key, samples, series, ids });
    return samples;
  }

  together(): Together {
    return {
      samples: [...this.#samples.values()]
        .filter(({ samples }) => samples.length > 0)
        .map(({ organization, day, samples, ids }) => ({ organization, day, samples, ids })),
      events: [...this.#events.values()] satisfies EventWrite[],
      claims: this.claims,
      documents: this.documents,
    };
  }
}

type Places = readonly number[] | 'all';

/** Of series of an organization, by day: their ids, and those that have none. */
type Identified = ReadonlyMap<
  KnownSeries,
  ReadonlyMap<Day, { readonly ids: Uint32Array; readonly refusals: ReadonlyMap<number, Refusal> }>
>;

const NO_REFUSALS: ReadonlyMap<number, Refusal> = new Map();

interface Unknown extends DayKey {
  readonly series: KnownSeries;
  readonly maxSeries: number;
  readonly numbers: Set<number>;
  readonly metadata: Metadata[];
}

/** Gives ids to all series of the group that their days do not know, one request a day. */
async function identifyAll(
  contributions: readonly Contribution[],
  places: ReadonlyMap<Contribution, ReadonlyMap<Day, Places>>,
  { days }: GroupPorts,
): Promise<Identified> {
  const identified = new Map<KnownSeries, Map<Day, { ids: Uint32Array; refusals: Map<number, Refusal> }>>();
  for (const { series, maxSeries, numbers, metadata, ...key } of unknownSeries(contributions, places)) {
    if (metadata.length > 0) await days.describe(key, metadata);
    const asked = Uint32Array.from(numbers);
    const given = asked.length === 0 ? [] : await days.identify(key, asked, (number) => series.get(number), maxSeries);
    const ids = series.setIds(
      key.day,
      asked,
      Uint32Array.from(given, (id) => (typeof id === 'number' ? id : 0)),
    );
    const refusals = new Map(
      given.flatMap((id, at) => (typeof id === 'number' ? [] : [[asked[at] as number, id] as const])),
    );
    const byDay = identified.get(series) ?? new Map<Day, { ids: Uint32Array; refusals: Map<number, Refusal> }>();
    identified.set(series, byDay.set(key.day, { ids, refusals }));
  }
  return identified;
}

function unknownSeries(
  contributions: readonly Contribution[],
  places: ReadonlyMap<Contribution, ReadonlyMap<Day, Places>>,
): readonly Unknown[] {
  const found = new Map<KnownSeries, Map<Day, Unknown>>();
  for (const contribution of contributions) {
    const { organization, series, maxSeries, samples, metadata } = contribution;
    for (const [day, at] of places.get(contribution) ?? []) {
      const byDay = found.get(series) ?? new Map<Day, Unknown>();
      found.set(series, byDay);
      const unknown = byDay.get(day) ?? { organization, day, series, maxSeries, numbers: new Set(), metadata: [] };
      byDay.set(day, unknown);
      unknown.metadata.push(...metadata);
      addUnknown(samples, at, series.idsOf(day), unknown.numbers);
    }
  }
  return Array.from(found.values(), (byDay) => Array.from(byDay.values())).flat();
}

/** Most requests are of one day. What is said of metrics without a sample is said on the day on which it came. */
function placesOf({ samples, receivedMs }: Contribution): ReadonlyMap<Day, Places> {
  if (samples.length === 0) return new Map([[dayOf(receivedMs), []]]);
  let [first, last] = [Infinity, -Infinity];
  for (let at = 0; at < samples.length; at++) {
    const time = samples.timestampsMs[at] as number;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (dayOf(first) === dayOf(last)) return new Map([[dayOf(first), 'all' as const]]);
  const byDay = new Map<Day, number[]>();
  for (let at = 0; at < samples.length; at++) {
    const day = dayOf(samples.timestampsMs[at] as number);
    const places = byDay.get(day);
    if (places === undefined) byDay.set(day, [at]);
    else places.push(at);
  }
  return byDay;
}

function addUnknown(samples: Samples, places: Places, ids: Uint32Array, unknown: Set<number>): void {
  const look = (at: number): void => {
    const number = samples.series[at] as number;
    if ((ids[number] ?? 0) === 0) unknown.add(number);
  };
  if (places === 'all') for (let at = 0; at < samples.length; at++) look(at);
  else for (const at of places) look(at);
}

interface Adding {
  readonly into: Samples;
  readonly refusals: ReadonlyMap<number, Refusal>;
  readonly refused: Map<number, Refusal>;
}

function addSome(samples: Samples, places: Places, { into, refusals, refused }: Adding): void {
  const kept = new Map<number, number>();
  const add = (at: number): void => {
    const number = samples.series[at] as number;
    const refusal = refusals.get(number);
    if (refusal === undefined) {
      kept.set(at, into.length);
      into.copy(samples, at, number);
    } else refused.set(at, refusal);
  };
  if (places === 'all') for (let at = 0; at < samples.length; at++) add(at);
  else for (const at of places) add(at);
  for (const { sample, ...exemplar } of samples.exemplars) {
    // One that came without a sample goes with the first day that its request is of.
    const now = sample < 0 ? (kept.size > 0 && exemplar.series !== undefined ? -1 : undefined) : kept.get(sample);
    if (now !== undefined) into.exemplars.push({ ...exemplar, sample: now });
  }
}
