/** The days that a computation is simulated on: chains of dates, and what its needs would find there. */
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import type { Beside, JoinedEntry } from '../execution/join-by-key.ts';
import { type Computation, isKeyed } from '../model/computation.ts';
import { addDays, type Day } from '../../values/date.ts';
import { type Hash, HASH_LENGTH } from '../../values/hash.ts';
import type { Dated, Need } from '../model/need.ts';
import { besideOf, entitiesOf, entityList, nameOf, type NeedEntry, type Timeline } from './fabricate-entities.ts';
import { TURN_OF_TEXTS } from './fabricate-string.ts';
import { type Fabricate, valueFabricator } from './fabricate-value.ts';
import { CHAIN_DAYS, CHAINS, MAX_LITERAL_LENGTH, MAX_LITERALS, MAX_WINDOW_DAYS } from './limits.ts';
import { type Random, seededRandom } from './random.ts';
import { CannotFabricate, type Literals, type Mood, MOODS, type Scene } from './scene.ts';

export interface FabricatedDay {
  readonly date: Day;
  /** By the author's keys; the computation's own earlier results left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly entities: readonly JoinedEntry[];
  /** Stands for the computation's own last result, where one is fabricated instead of simulated; undefined: there is none. */
  readonly own: { readonly value: unknown } | undefined;
}

export interface FabricatedInputs {
  readonly chains: readonly (readonly FabricatedDay[])[];
  /** The computation's own results before each chain, oldest first. */
  readonly pasts: readonly (readonly Dated<unknown>[])[];
  /** What stands beside each entity, in this order. */
  readonly beside: readonly Beside[];
  /** Of everything that was fabricated. */
  readonly hash: Hash;
}

/** Where chains start: an ordinary week, and the edges of months and years. */
const STARTS = ['2001-03-05', '2000-02-25', '1999-12-27', '2024-02-24', '2010-06-28'] as const;

/** Names that entities, records and texts share; the digits are those of entity ids. */
const NAMES = ['AAA', 'BBB', 'CCC', 'DDD', '0000000', '0000001'] as const;

/** Moods of the chains whose numbers move one way; the others change theirs every day. */
const STEADY: Readonly<Record<number, Mood>> = {
  2: 'walk',
  3: 'constant',
  4: 'rising',
  5: 'falling',
  9: 'full',
  12: 'edge',
  13: 'edge',
  14: 'edge',
};

/** A history of one whole window before the chain's first day; the others begin with nothing. */
const WITH_PAST = new Set([2, 3, 4, 5, 7, 9]);

/** Own earlier results are fabricated rather than simulated: states that no short chain gets to. */
const WITH_OWN_FABRICATED = new Set([8, 10, 13]);

/** Chains whose history comes to be as long as a number of the code, in the midst of them. */
const WITH_LENGTH = [16, 17, 18, 19, 20, 21];
/** Days before the chain's first that such a history lacks. */
const TO_LENGTH = 4;

/** Chains along the calendar: ends of months and of years, the leap day. */
const CALENDAR: Readonly<Record<number, readonly Day[]>> = {
  22: '2023-12-31 2024-01-01 2024-01-31 2024-02-28 2024-02-29 2024-03-01 2024-03-31 2024-04-30 2024-05-31 2024-06-30'.split(
    ' ',
  ),
  23: '2024-07-31 2024-08-31 2024-09-01 2024-09-30 2024-10-06 2024-10-31 2024-11-30 2024-12-30 2024-12-31 2025-01-01'.split(
    ' ',
  ),
};

/** Texts like those of the code that a field has in a chain, about. */
const TEXTS_A_CHAIN = 4;

/** Of a day without a value, in a history. */
const GAP = 0.15;

/** The literals that are mixed in, of all that the code spells out: so many, each once, in order. */
export const literalsOf = (pieces: readonly Literals[]): Literals => ({
  numbers: [...new Set(pieces.flatMap(({ numbers }) => numbers))].sort((a, b) => a - b).slice(0, MAX_LITERALS),
  strings: [...new Set(pieces.flatMap(({ strings }) => strings))]
    .filter(({ length }) => length <= MAX_LITERAL_LENGTH)
    .sort()
    .slice(0, MAX_LITERALS),
});

/** Names a fabricated day for people, by its place among all of them. */
export const dayNameAt = (index: number): string =>
  `chain ${Math.floor(index / CHAIN_DAYS) + 1}, ${datesOf(Math.floor(index / CHAIN_DAYS))[index % CHAIN_DAYS]}`;

/** @throws {CannotFabricate} naming the need whose schema takes nothing that was tried. */
export function fabricateDays(computation: Computation, literals: Literals): FabricatedInputs {
  const needs = withSeeds(Object.entries(computation.needs));
  const isSeeded = needs.length > Object.keys(computation.needs).length;
  const fabricators = new Map(
    needs.flatMap(([, need]) => ('of' in need ? [[nameOf(need), fabricatorOf(need)] as const] : [])),
  );
  const ownWindow = Math.max(0, ...needs.map(([, need]) => (need.kind === 'own-history' ? need.days : 0)));
  const own = needs.some(([, { kind }]) => kind === 'previous' || kind === 'own-history')
    ? valueFabricator(computation.output)
    : undefined;
  const hash = createHash('sha256');
  const pasts: Dated<unknown>[][] = [];
  const chains = Array.from({ length: CHAINS }, (_, chain) => {
    const dates = datesOf(chain);
    const timelines = new Map(
      [...fabricators].map(([name, fabricate]) => {
        const past = pastOf(chain, windowOf(needs, name), literals);
        return [name, timelineOf(fabricate, { name, chain, dates, past, literals })];
      }),
    );
    const past =
      own === undefined
        ? []
        : ownPastOf(own, { name: 'own', chain, dates, past: pastOf(chain, ownWindow, literals), literals });
    pasts.push(past);
    const days = dates.map((date): FabricatedDay => {
      const scene = sceneOf(`own ${chain} ${date}`, moodOf(chain, 0, seededRandom(date)), literals);
      const fabricated = own !== undefined && WITH_OWN_FABRICATED.has(chain);
      // Each day is the first, so that seeds come to be of all those lengths.
      const isFirst = isSeeded && WITH_LENGTH.includes(chain);
      return {
        date,
        inputs: inputsOf(needs, timelines, date),
        entities: entitiesOf(needs, timelines, date),
        own: isFirst
          ? { value: undefined }
          : fabricated
            ? { value: named('its own output', () => own(scene)) }
            : undefined,
      };
    });
    hash.update(
      JSON.stringify([
        dates,
        [...timelines].map(([name, timeline]) => [name, [...timeline]]),
        days.map(({ own }) => own),
        past,
      ]),
    );
    return days;
  });
  return { chains, pasts, beside: besideOf(needs), hash: hash.digest('hex').slice(0, HASH_LENGTH) };
}

function fabricatorOf(need: Extract<Need, { of: unknown }>): Fabricate {
  const name = nameOf(need);
  const fabricate = named(name, () => valueFabricator(schemaOf(need)));
  const whole = need.of.kind === 'entities' || need.kind === 'joined' ? entityList(fabricate) : fabricate;
  return (scene) => named(name, () => whole(scene));
}

/** Of what is read at once: of a joined result, one entity's. */
function schemaOf(need: Extract<Need, { of: unknown }>): z.ZodType {
  if (need.of.kind !== 'computation') return need.of.schema;
  const { output } = need.of;
  return need.kind === 'joined' && isKeyed(output) ? (output.valueType as z.ZodType) : output;
}

function named<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    if (thrown instanceof CannotFabricate) throw new CannotFabricate(`${what}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  }
}

/** Mostly day after day; some chains leave days out. */
function datesOf(chain: number): readonly Day[] {
  const calendar = CALENDAR[chain];
  if (calendar !== undefined) return calendar;
  const stride = chain === 6 ? 3 : chain === 7 ? 31 : 1;
  const start = STARTS[chain % STARTS.length] as Day;
  return Array.from({ length: CHAIN_DAYS }, (_, index) => addDays(start, index * stride));
}

/** Each source has its own mood, so that calm and storm meet. */
function moodOf(chain: number, index: number, random: Random): Mood {
  const steady = STEADY[chain];
  // The last days of a steady chain break with it: an outlier after a calm history.
  if (steady !== undefined)
    return index >= CHAIN_DAYS - 3 && random.chance(0.5) ? random.pick(['extreme', 'mixed']) : steady;
  if (chain === 1) return MOODS[index % MOODS.length] as Mood;
  return random.chance(0.5) ? 'mixed' : random.pick(MOODS);
}

const sceneOf = (seed: string, mood: Mood, literals: Literals): Scene => ({
  random: seededRandom(seed),
  mood,
  literals,
  names: NAMES,
  last: new Map(),
  turns: new Map(),
  recent: [],
  size: 1,
});

interface TimelinePlan {
  readonly name: string;
  readonly chain: number;
  readonly dates: readonly Day[];
  /** Days before the first date. */
  readonly past: number;
  readonly literals: Literals;
}

function timelineOf(fabricate: Fabricate, { name, chain, dates, past, literals }: TimelinePlan): Timeline {
  const scene = sceneOf(`${name} ${chain}`, 'mixed', literals);
  scene.turns.set(TURN_OF_TEXTS, chain * TEXTS_A_CHAIN);
  const { random } = scene;
  const timeline = new Map<Day, unknown>();
  const [first = ''] = dates;
  for (let before = past; before > 0; before--) {
    const value = fabricate({ ...scene, mood: STEADY[chain] ?? 'walk' });
    if (!random.chance(chain === 7 ? GAP : 0)) timeline.set(addDays(first, -before), value);
  }
  for (const [index, date] of dates.entries())
    timeline.set(date, fabricate({ ...scene, mood: moodOf(chain, index, random) }));
  return timeline;
}

/** Days of history before the chain's first. */
function pastOf(chain: number, window: number, { numbers }: Literals): number {
  if (WITH_PAST.has(chain)) return window;
  const at = WITH_LENGTH.indexOf(chain);
  if (at === -1) return 0;
  const lengths = numbers.filter((number) => Number.isInteger(number) && number > 1 && number <= window + 1);
  // The smallest and the largest, and what lies evenly between them.
  const few =
    lengths.length > WITH_LENGTH.length
      ? WITH_LENGTH.map((_, index) => lengths[Math.round((index * (lengths.length - 1)) / (WITH_LENGTH.length - 1))])
      : lengths;
  const length = few.length === 0 ? window : (few[at % few.length] ?? window);
  return Math.max(0, Math.min(length, window) - TO_LENGTH);
}

/** Own results, as if the computation had run before. */
const ownPastOf = (own: Fabricate, plan: TimelinePlan): Dated<unknown>[] =>
  plan.past === 0 || WITH_PAST.has(plan.chain)
    ? []
    : [...timelineOf((scene) => named('its own output', () => own(scene)), { ...plan, dates: plan.dates.slice(0, 1) })]
        .slice(0, -1)
        .map(([date, value]) => ({ date, value }));

/** A seed is fabricated as the history that it is, under the key of `previous`: see `ownInputs` for whether it is read. */
const withSeeds = (needs: readonly NeedEntry[]): NeedEntry[] =>
  needs.flatMap((entry): NeedEntry[] => {
    const [key, need] = entry;
    return need.kind === 'previous' && need.seed !== undefined ? [entry, [key, need.seed]] : [entry];
  });

/** Days before a chain that the needs of this source look back upon. */
const windowOf = (needs: readonly NeedEntry[], name: string): number =>
  Math.max(
    0,
    ...needs.map(([, need]) =>
      need.kind === 'history' && nameOf(need) === name ? Math.min(need.days, MAX_WINDOW_DAYS) : 0,
    ),
  );

function inputsOf(
  needs: readonly NeedEntry[],
  timelines: ReadonlyMap<string, Timeline>,
  date: Day,
): Record<string, unknown> {
  const inputs = needs.flatMap(([key, need]): [string, unknown][] => {
    if (need.kind === 'dependency' || need.kind === 'document' || need.kind === 'latest')
      return [[key, timelines.get(nameOf(need))?.get(date)]];
    if (need.kind !== 'history') return [];
    return [[key, historyOf(timelines.get(nameOf(need)) ?? new Map(), date, need.days)]];
  });
  return Object.fromEntries(inputs);
}

/** What the timeline has of the `days` before the date, oldest first. */
export function historyOf(timeline: Timeline, date: Day, days: number): Dated<unknown>[] {
  const from = addDays(date, -days);
  return [...timeline].filter(([day]) => day >= from && day < date).map(([day, value]) => ({ date: day, value }));
}
