/** Runs fleet computations over days in memory, with the ids that datasets give, and each series as it was the day before. */
import type { CollectedSeries, Computation } from '../../../src/index.ts';
import type { Need } from '../../../src/mill/model/need.ts';
import { canonicalJson } from '../../../src/values/canonical.ts';
import { addDays } from '../../../src/values/date.ts';

/** By dataset and date. */
export type FleetData = ReadonlyMap<string, ReadonlyMap<string, readonly CollectedSeries[]>>;

export class FleetResults {
  readonly #days = new Map<string, Map<string, unknown>>();

  /** By date, in their order. */
  of<T>({ name }: Computation<T>): Map<string, T> {
    const days = this.#days.get(name) ?? new Map<string, unknown>();
    this.#days.set(name, days);
    return days as Map<string, T>;
  }

  /** @throws {Error} when there is no result of that day */
  on<T>(computation: Computation<T>, date: string): T {
    const found = this.of(computation).get(date);
    if (found === undefined) throw new Error(`${computation.name} has no result of ${date}`);
    return found;
  }
}

/** Results are checked by their schema, and as JSON, as a worker checks them. A day that lacks what a computation needs has none. */
export function runFleet(
  computations: readonly Computation[],
  data: FleetData,
  dates: readonly string[],
): FleetResults {
  const results = new FleetResults();
  for (const date of dates) {
    for (const computation of inOrder(computations)) {
      const output = outputOf(computation, date, data, results);
      if (output === undefined) continue;
      results.of(computation).set(date, JSON.parse(canonicalJson(computation.output.parse(output))));
    }
  }
  return results;
}

/** Dependencies first. */
function inOrder(computations: readonly Computation[], order = new Set<Computation>()): Set<Computation> {
  for (const computation of computations) {
    const needed = Object.values(computation.needs).flatMap((need) =>
      'of' in need && need.of.kind === 'computation' ? [need.of] : [],
    );
    inOrder(needed, order);
    order.add(computation);
  }
  return order;
}

function outputOf(computation: Computation, date: string, data: FleetData, results: FleetResults): unknown {
  const inputs: Record<string, unknown> = {};
  let stream: { readonly today: Entities; readonly before: Entities } | undefined;
  for (const [key, need] of Object.entries(computation.needs)) {
    if (need.kind === 'dataset') {
      const days = data.get(need.of.name);
      if (!days?.has(date)) return undefined;
      stream = { today: entitiesOf(need, days.get(date)), before: entitiesOf(need, days.get(addDays(date, -1))) };
    } else {
      inputs[key] = inputOf(need, computation, date, results);
      if (need.kind === 'dependency' && inputs[key] === undefined) return undefined;
    }
  }
  const { work } = computation;
  if (work.shape === 'compute') return work.compute(inputs, { date });
  const { today, before } = stream as NonNullable<typeof stream>;
  const contextOf = (id: string) => ({ date, id, inputs, before: before.get(id) });
  if (work.shape === 'perEntity')
    return Object.fromEntries(
      [...today]
        .map(([id, entity]): [string, unknown] => [id, work.perEntity(entity, contextOf(id))])
        .filter(([, value]) => value !== undefined),
    );
  const accumulator = work.reduce.init({ date, inputs });
  for (const [id, entity] of today) work.reduce.add(accumulator, entity, contextOf(id));
  return work.reduce.finish(accumulator, { date, inputs });
}

type Entities = ReadonlyMap<string, CollectedSeries>;

function entitiesOf(need: Extract<Need, { kind: 'dataset' }>, series: readonly CollectedSeries[] = []): Entities {
  const entities = new Map(series.map((one) => [need.of.id?.(one) ?? '', one] as const));
  if (entities.size !== series.length) throw new Error(`${need.of.name} has an id twice`);
  return entities;
}

function inputOf(
  need: Exclude<Need, { kind: 'dataset' }>,
  self: Computation,
  date: string,
  results: FleetResults,
): unknown {
  if (need.kind === 'dependency') return results.of(need.of).get(date);
  if (need.kind === 'previous') return [...results.of(self)].findLast(([day]) => day < date)?.[1];
  if (need.kind !== 'history' && need.kind !== 'own-history')
    throw new Error(`no fleet computation needs ${need.kind}`);
  const of = need.kind === 'own-history' ? self : (need.of as Computation);
  const first = addDays(date, -need.days);
  return [...results.of(of)].flatMap(([day, value]) => (day >= first && day < date ? [{ date: day, value }] : []));
}
