/**
 * The days that the judge looks at: many more than the verdict does, of another seed, on dates of all months, with texts in other
 * case and with other ends, numbers beside those of the code, and windows one short, full, and one over.
 */
import { z } from 'zod';
import type { Computation } from '../../src/mill/model/computation.ts';
import { addDays, type Day } from '../../src/values/date.ts';
import { asStored, type Fabricate, valueFabricator } from '../../src/mill/simulation/fabricate-value.ts';
import { type Random, seededRandom } from '../../src/mill/simulation/random.ts';
import { MOODS, type Scene } from '../../src/mill/simulation/scene.ts';
import { canonicalJson } from '../../src/values/canonical.ts';
import { sourceName, type Timeline } from './judged-day.ts';

export interface JudgedChain {
  readonly dates: readonly Day[];
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** Its own results, where they are fabricated rather than made. */
  readonly own: Timeline | undefined;
}

/** What the code spells out, keys of its tables included. */
export interface Spelled {
  readonly numbers: readonly number[];
  readonly strings: readonly string[];
}

const CHAIN_DAYS = 50;
/** Days behind the longest window that are fabricated at most. */
const MAX_PAST = 420;
const NAMES = ['AAA', 'BBB', 'CCC', 'ab', 'Zoë', 'x y', '0', 'north', 'EUR'];
const STRIDES = [1, 1, 1, 1, 3, 31, 37, 1];

/** Chains of fifty days, by number; each is made when it is asked for. */
export function judgedChains(computation: Computation, spelled: Spelled): (at: number) => JudgedChain {
  const sources = new Map<string, Fabricate>();
  let window = 0;
  let steps = false;
  const needs = Object.values(computation.needs);
  const seeds = needs.flatMap((need) => (need.kind === 'previous' && need.seed !== undefined ? [need.seed] : []));
  for (const need of [...needs, ...seeds]) {
    if (need.kind === 'previous' || need.kind === 'own-history') steps = true;
    if (need.kind === 'history' || need.kind === 'own-history') window = Math.max(window, need.days);
    if (!('of' in need)) continue;
    const schema = need.of.kind === 'computation' ? need.of.output : need.of.schema;
    const one = wrecking(schema, valueFabricator(schema), spelled);
    sources.set(sourceName(need), need.of.kind === 'entities' ? entities(one) : one);
  }
  const ownValue = steps ? wrecking(computation.output, valueFabricator(computation.output), spelled) : undefined;
  return (at) => chainAt(at, { sources, window, ownValue, spelled });
}

interface Plan {
  readonly sources: ReadonlyMap<string, Fabricate>;
  readonly window: number;
  readonly ownValue: Fabricate | undefined;
  readonly spelled: Spelled;
}

function chainAt(at: number, { sources, window, ownValue, spelled }: Plan): JudgedChain {
  const random = seededRandom(`judge ${at}`);
  const stride = STRIDES[at % STRIDES.length] as number;
  const first = addDays('1999-01-01', random.integer(0, 9_000));
  const dates = Array.from({ length: CHAIN_DAYS }, (_, index) => addDays(first, index * stride));
  // Around the whole window: one short of it, full and one over; and now and then with days that are missing.
  const past = random.pick([0, 0, 3, Math.max(0, window - 25), window, window + 1]);
  const gaps = random.pick([0, 0, 0, 0.3]);
  const before = Array.from({ length: Math.min(past, MAX_PAST) }, (_, index) =>
    addDays(first, index - Math.min(past, MAX_PAST)),
  );
  const steady = random.chance(0.5) ? random.pick(MOODS) : undefined;
  const timelineOf = (name: string, fabricate: Fabricate, days: readonly Day[]): Timeline => {
    const scene = sceneOf(`judge ${name} ${at}`, spelled);
    return new Map(
      days
        .filter((day) => dates.includes(day) || !random.chance(gaps))
        .map((day) => [
          day,
          fabricate({ ...scene, mood: steady !== undefined && random.chance(0.9) ? steady : random.pick(MOODS) }),
        ]),
    );
  };
  return {
    dates,
    timelines: new Map(
      [...sources].map(([name, fabricate]) => [name, timelineOf(name, fabricate, [...before, ...dates])]),
    ),
    own:
      ownValue !== undefined && at % 2 === 1
        ? timelineOf('own', ownValue, [...before.slice(-window || before.length), ...dates])
        : undefined,
  };
}

const sceneOf = (seed: string, { numbers, strings }: Spelled): Scene => ({
  random: seededRandom(seed),
  mood: 'mixed',
  literals: { numbers: [...numbers], strings: [...strings] },
  names: NAMES,
  last: new Map(),
  turns: new Map(),
  recent: [],
  size: 1,
});

const entities =
  (one: Fabricate): Fabricate =>
  (scene) =>
    Array.from(
      { length: scene.mood === 'empty' ? 0 : scene.random.integer(0, scene.mood === 'full' ? 60 : 9) },
      (_, index) => [String(index).padStart(7, '0'), one(scene)],
    );

/** Every other value with some of its texts and numbers turned into what lies near them, as far as the schema takes it. */
function wrecking(schema: z.ZodType, fabricate: Fabricate, spelled: Spelled): Fabricate {
  return (scene) => {
    const value = fabricate(scene);
    if (scene.random.chance(0.4)) return value;
    for (let attempt = 0; attempt < 4; attempt++) {
      const wrecked = wreck(value, scene.random, spelled, 0.5 / (attempt + 1));
      const parsed = z.safeParse(schema, wrecked);
      if (parsed.success && canonicalJson(asStored(parsed.data)) === canonicalJson(wrecked)) return wrecked;
    }
    return value;
  };
}

function wreck(value: unknown, random: Random, spelled: Spelled, share: number): unknown {
  if (Array.isArray(value)) {
    const list = value.map((each) => wreck(each, random, spelled, share));
    return list.length > 1 && random.chance(0.1) ? [...list, list[0]] : list;
  }
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, wreck(each, random, spelled, share)]));
  if (!random.chance(share)) return value;
  if (typeof value === 'string') return wreckedText(value, random, spelled);
  return typeof value === 'number' ? wreckedNumber(value, random, spelled) : value;
}

function wreckedText(text: string, random: Random, { strings }: Spelled): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return addDays('1999-01-01', random.integer(0, 9_000));
  if (/^\d{4}-\d\d-\d\dT/.test(text)) {
    const day = addDays('1999-01-01', random.integer(0, 9_000));
    return `${day}T${random.pick(['00:10:00', '23:30:00', '12:00:00', '04:59:59'])}${random.pick(['Z', '-05:00', '+09:00', '+00:00', '.500Z'])}`;
  }
  const from = strings.length > 0 && random.chance(0.7) ? random.pick(strings) : text;
  return random.pick([
    from,
    from.toUpperCase(),
    from.toLowerCase(),
    ` ${from}`,
    `${from} `,
    `x${from}`,
    `${from}x`,
    from.slice(1),
    `${from.slice(0, 1)}e\u0301${from.slice(1)}`,
    `${from}${from}`,
    `${from}-${random.pick([text, ...strings])}`,
    `${random.pick([text, ...strings])} ${from}`,
    from.slice(0, 3),
    'a'.repeat(random.integer(0, 12)),
  ]);
}

function wreckedNumber(number: number, random: Random, { numbers }: Spelled): number {
  const from = numbers.length > 0 ? random.pick(numbers) : number;
  const whole = Number.isInteger(number);
  return random.pick([
    from,
    from + 1,
    from - 1,
    -from,
    Math.round(from),
    Math.round(number * 10),
    random.integer(-20, 500),
    from * random.pick([...numbers, 1]),
    ...(whole ? [] : [from + 1e-6, from - 1e-6, from * (1 + 2 ** -52), number / 7]),
  ]);
}
