/** Runs computations over days in memory: what their needs promise is fed to their own functions, nothing else takes part. */
import { resolve } from 'node:path';
import { canonicalJson } from '../../src/values/canonical.ts';
import type { Computation } from '../../src/mill/model/computation.ts';
import type { Dataset } from '../../src/mill/model/dataset.ts';
import { addDays, daysFrom } from '../../src/values/date.ts';
import type { Day } from '../../src/values/date.ts';
import type { Dated, Need } from '../../src/mill/model/need.ts';
import { readSource } from '../../src/mill/sources/read-source.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** By dataset name and day: the entities of a day as an array, or the day's document. */
export type RootData = ReadonlyMap<string, ReadonlyMap<Day, unknown>>;

/** Reads root data from the bundled files, checked against their schemas. */
export async function rootData(datasets: readonly Dataset[], from: Day, to: Day): Promise<RootData> {
  const data = new Map<string, Map<Day, unknown>>();
  for (const { name, kind, schema, source } of datasets) {
    if (source === undefined || !('file' in source)) throw new Error(`${name} has no file`);
    const days = new Map<Day, unknown>();
    for await (const { date, rows } of readSource(source, { root: ROOT, from, to })) {
      const values = rows.map((row) => schema.parse(row));
      days.set(date, kind === 'entities' ? values : values[0]);
    }
    data.set(name, days);
  }
  return data;
}

/** The results of a run, typed by the computation that made them. */
export class Results {
  readonly #days = new Map<string, Map<Day, unknown>>();

  of<T>(computation: Computation<T>): ReadonlyMap<Day, T> {
    return this.#daysOf(computation.name) as Map<Day, T>;
  }

  /** @throws {Error} when the computation has no result that day. */
  on<T>(computation: Computation<T>, date: Day): T {
    const days = this.of(computation);
    if (!days.has(date)) throw new Error(`${computation.name} has no result of ${date}`);
    return days.get(date) as T;
  }

  set(computation: Computation, date: Day, value: unknown): void {
    this.#daysOf(computation.name).set(date, value);
  }

  #daysOf(name: string): Map<Day, unknown> {
    const days = this.#days.get(name) ?? new Map<Day, unknown>();
    this.#days.set(name, days);
    return days;
  }
}

/**
 * Runs the computations and all that they need, every day from `from` to `to`. A day without a document or a dependency's result
 * has none either. Results are checked as the worker checks them: by their schema, and as JSON (which refuses NaN and infinity).
 */
export async function runComputations(
  computations: readonly Computation[],
  options: { readonly data: RootData; readonly from: Day; readonly to: Day },
): Promise<Results> {
  const results = new Results();
  const order = inOrder(computations);
  for (const date of daysFrom(options.from, options.to)) {
    for (const computation of order) {
      const inputs = inputsOf(computation, date, options.data, results);
      if (inputs === undefined) continue;
      const output = computation.output.parse(await outputOf(computation, date, inputs));
      results.set(computation, date, JSON.parse(canonicalJson(output)));
    }
  }
  return results;
}

/** Dependencies first. */
function inOrder(computations: readonly Computation[]): Computation[] {
  const order = new Set<Computation>();
  const visit = (computation: Computation): void => {
    if (order.has(computation)) return;
    for (const need of Object.values(computation.needs)) {
      const read = need.kind === 'previous' ? need.seed : need;
      if (read !== undefined && 'of' in read && read.of.kind === 'computation') visit(read.of);
    }
    order.add(computation);
  };
  computations.forEach(visit);
  return [...order];
}

interface DayInputs {
  readonly entities: readonly unknown[];
  readonly inputs: Record<string, unknown>;
}

function inputsOf(computation: Computation, date: Day, data: RootData, results: Results): DayInputs | undefined {
  let entities: readonly unknown[] = [];
  const inputs: Record<string, unknown> = {};
  for (const [key, need] of Object.entries(computation.needs)) {
    const days = daysOf(need, computation, data, results);
    if (need.kind === 'previous') {
      const result = [...days].findLast(([day]) => day < date)?.[1];
      const { seed } = need;
      if (seed === undefined) inputs[key] = result;
      else if (result !== undefined) inputs[key] = { result, seed: [] };
      else inputs[key] = { seed: historyOf(daysOf(seed, computation, data, results), date, seed.days) };
    } else if (need.kind === 'history' || need.kind === 'own-history') inputs[key] = historyOf(days, date, need.days);
    else if (!days.has(date)) return undefined;
    else if (need.kind === 'dataset') entities = days.get(date) as readonly unknown[];
    else inputs[key] = days.get(date);
  }
  return { entities, inputs };
}

function daysOf(need: Need, self: Computation, data: RootData, results: Results): ReadonlyMap<Day, unknown> {
  if (need.kind === 'previous' || need.kind === 'own-history') return results.of(self);
  return need.of.kind === 'computation' ? results.of(need.of) : (data.get(need.of.name) ?? new Map<Day, unknown>());
}

const historyOf = (days: ReadonlyMap<Day, unknown>, date: Day, back: number): Dated<unknown>[] =>
  daysFrom(addDays(date, -back), addDays(date, -1))
    .filter((day) => days.has(day))
    .map((day) => ({ date: day, value: days.get(day) }));

async function outputOf({ work }: Computation, date: Day, { entities, inputs }: DayInputs): Promise<unknown> {
  if (work.shape === 'compute') return work.compute(inputs, { date });
  if (work.shape === 'perEntity') {
    const values = entities.map((entity, index) => [
      index,
      work.perEntity(entity, { date, id: String(index), inputs }),
    ]);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  }
  const accumulator = work.reduce.init({ date, inputs });
  for (const [index, entity] of entities.entries()) {
    work.reduce.add(accumulator, entity, { date, id: String(index), inputs });
  }
  return work.reduce.finish(accumulator, { date, inputs });
}
