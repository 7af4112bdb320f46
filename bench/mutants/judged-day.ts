/** One day that the judge runs a computation on: by hand, through neither the executor nor the simulator. */
import { toError } from '../../src/errors.ts';
import { canonicalJson } from '../../src/values/canonical.ts';
import type { Computation } from '../../src/mill/model/computation.ts';
import { addDays, type Day } from '../../src/values/date.ts';
import type { Dated, Need } from '../../src/mill/model/need.ts';

/** What a source has, by day. Of a dataset: `[id, entity]` each. */
export type Timeline = ReadonlyMap<Day, unknown>;

export interface JudgedDay {
  readonly date: Day;
  readonly timelines: ReadonlyMap<string, Timeline>;
  /** Results of the days before, as the original made them. */
  readonly own: Timeline;
}

export const sourceName = (need: Extract<Need, { of: unknown }>): string =>
  `${need.of.kind === 'computation' ? 'computation' : 'dataset'}:${need.of.name}`;

/** What came of it: a result as it is stored, or how it failed. */
export interface Outcome {
  readonly text: string;
  /** Undefined when there is no result. */
  readonly value: unknown;
}

type Entities = readonly (readonly [id: string, entity: unknown])[];

/** Never throws. Whatever the author's code changes in what it is given is a copy. */
export async function outcomeOf(computation: Computation, day: JudgedDay): Promise<Outcome> {
  try {
    const made = await madeBy(computation, day);
    const parsed = computation.output.safeParse(made);
    if (!parsed.success) return { text: `refused: ${inWords(made)}`, value: undefined };
    const text = canonicalJson(parsed.data);
    return { text, value: JSON.parse(text) };
  } catch (thrown) {
    const { name, message } = toError(thrown);
    // V8's words name local variables.
    return {
      text: `threw ${name}${/^(?:Type|Range|Reference)Error$/.test(name) ? '' : `: ${message}`}`,
      value: undefined,
    };
  }
}

async function madeBy({ needs, work }: Computation, day: JudgedDay): Promise<unknown> {
  const inputs = copied(inputsOf(needs, day));
  const { date } = day;
  if (work.shape === 'compute') return work.compute(inputs, { date });
  const entities = copied(entitiesOf(needs, day, 0));
  const need = Object.values(needs).find(({ kind }) => kind === 'dataset');
  const before = need?.kind === 'dataset' && need.dayBefore ? new Map(copied(entitiesOf(needs, day, -1))) : undefined;
  const joined = joinedOf(needs, day);
  const contextOf = (id: string) => ({
    id,
    date,
    inputs: { ...inputs, ...Object.fromEntries(joined.map(([key, entities]) => [key, entities.get(id)])) },
    ...(before === undefined ? {} : { before: before.get(id) }),
  });
  if (work.shape === 'reduce') {
    const accumulator = work.reduce.init({ date, inputs });
    for (const [id, entity] of entities) work.reduce.add(accumulator, entity, contextOf(id));
    return work.reduce.finish(accumulator, { date, inputs });
  }
  const made: Record<string, unknown> = {};
  for (const [id, entity] of entities) {
    const value = work.perEntity(entity, contextOf(id));
    if (value !== undefined) made[id] = value;
  }
  return made;
}

function inputsOf(needs: Computation['needs'], { date, timelines, own }: JudgedDay): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const [key, need] of Object.entries(needs)) {
    if (need.kind === 'dependency' || need.kind === 'document' || need.kind === 'latest')
      inputs[key] = timelines.get(sourceName(need))?.get(date);
    if (need.kind === 'history')
      inputs[key] = past(timelines.get(sourceName(need)) ?? new Map<Day, unknown>(), date, need.days);
    if (need.kind === 'own-history') inputs[key] = past(own, date, need.days);
    if (need.kind === 'previous') {
      const result = past(own, date, Infinity).at(-1)?.value;
      const { seed } = need;
      if (seed === undefined) inputs[key] = result;
      else if (result !== undefined) inputs[key] = { result, seed: [] };
      else inputs[key] = { seed: past(timelines.get(sourceName(seed)) ?? new Map<Day, unknown>(), date, seed.days) };
    }
  }
  return inputs;
}

const joinedOf = (needs: Computation['needs'], { date, timelines }: JudgedDay) =>
  Object.entries(needs).flatMap(([key, need]) =>
    need.kind === 'joined'
      ? [[key, new Map(copied((timelines.get(sourceName(need))?.get(date) ?? []) as Entities))] as const]
      : [],
  );

function past(timeline: Timeline, date: Day, days: number): Dated<unknown>[] {
  const from = Number.isFinite(days) ? addDays(date, -days) : '';
  return [...timeline]
    .filter(([day]) => day >= from && day < date)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, value]) => ({ date: day, value }));
}

function entitiesOf(needs: Computation['needs'], { date, timelines }: JudgedDay, offset: number): Entities {
  const need = Object.values(needs).find(({ kind }) => kind === 'dataset');
  if (need?.kind !== 'dataset') return [];
  return (timelines.get(sourceName(need))?.get(addDays(date, offset)) ?? []) as Entities;
}

const copied = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function inWords(value: unknown): string {
  try {
    return canonicalJson(value);
  } catch (thrown) {
    return toError(thrown).message;
  }
}
