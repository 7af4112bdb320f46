/** Entities of fabricated days, and what stands beside them: the day before, and other datasets. */
import { addDays, type Day } from '../../values/date.ts';
import { type Beside, entryBeside, type JoinedEntry } from '../execution/join-by-key.ts';
import type { JoinedNeed, Need } from '../model/need.ts';
import type { Fabricate } from './fabricate-value.ts';
import { MAX_ENTITIES } from './limits.ts';
import { seededRandom } from './random.ts';
import type { Mood } from './scene.ts';

/** Of an entity that a joined dataset does not have: none of a day, some, or most. */
const ABSENT = [0, 0.25, 0.6] as const;

export type NeedEntry = readonly [key: string, need: Need];
export type Timeline = ReadonlyMap<Day, unknown>;

/** The same source under two needs (today's, and its history) is one timeline, as it is in storage. */
export const nameOf = (need: Extract<Need, { of: unknown }>): string =>
  need.of.kind === 'computation'
    ? `${need.kind === 'joined' ? 'joined computation' : 'computation'}:${need.of.name}`
    : `dataset:${need.of.name}`;

/** A day of the dataset that is streamed, each entity with what stands beside it. */
export function entitiesOf(
  needs: readonly NeedEntry[],
  timelines: ReadonlyMap<string, Timeline>,
  date: Day,
): readonly JoinedEntry[] {
  const need = needs.find(([, { kind }]) => kind === 'dataset')?.[1];
  if (need?.kind !== 'dataset') return [];
  const on = (name: string, day: Day): readonly JoinedEntry[] =>
    (timelines.get(name)?.get(day) ?? []) as readonly JoinedEntry[];
  const others = besideOf(needs).map(({ key }) => {
    const other = key === undefined ? need : (Object.fromEntries(needs)[key] as typeof need | JoinedNeed);
    return other.kind === 'joined'
      ? withGaps(on(nameOf(other), date), `${nameOf(other)} ${date}`)
      : new Map(on(nameOf(other), addDays(date, -1)).map(([id, entity]) => [id, entity]));
  });
  return on(nameOf(need), date).map(([id, entity]) => entryBeside(id, entity, others));
}

/** The day before first, then what is joined. */
export function besideOf(needs: readonly NeedEntry[]): Beside[] {
  const before = needs.some(([, need]) => need.kind === 'dataset' && need.dayBefore);
  const joined = needs.flatMap(([key, { kind }]) => (kind === 'joined' ? [key] : []));
  return [...(before ? [undefined] : []), ...joined].map((key, at) => ({ at, key }));
}

/** Ids are the same in all datasets, so some are left out of what is joined: the first as well as the last. */
function withGaps(entities: readonly JoinedEntry[], seed: string): ReadonlyMap<string, unknown> {
  const random = seededRandom(`joined ${seed}`);
  const share = random.pick(ABSENT);
  return new Map(entities.filter(() => !random.chance(share)).map(([id, entity]) => [id, entity]));
}

/** How many entities a day has: none, one, a few, and now and then enough for what only many can do. */
const ENTITY_COUNTS: Partial<Readonly<Record<Mood, number>>> = { empty: 0, one: 1, full: MAX_ENTITIES, extreme: 20 };

export const entityList =
  (fabricate: Fabricate): Fabricate =>
  (scene) => {
    const count = ENTITY_COUNTS[scene.mood] ?? scene.random.integer(2, 12);
    return Array.from({ length: count }, (_, index) => [String(index).padStart(7, '0'), fabricate(scene)]);
  };
