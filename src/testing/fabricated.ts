/** Days that are made up from the schemas of what a computation reads: the ones on which a change of its code is judged. */
import type { Computation } from '../mill/model/computation.ts';
import type { Need, Needs } from '../mill/model/need.ts';
import { type FabricatedDay as Fabricated, fabricateDays } from '../mill/simulation/fabricate-days.ts';
import type { Day } from '../values/date.ts';
import type { Given } from './given.ts';

export interface FabricatedDay<N extends Needs, Own> {
  readonly date: Day;
  /** For `runDay`. The computation's own past is left out, unless one was made up. */
  readonly given: Given<N, Own>;
}

type FabricatedEntities = Fabricated['entities'];

/** Always the same 240, calm and stormy, at the edges of months, years and numbers. @throws {Error} naming a schema that takes nothing that was tried. */
export function fabricatedDays<T, N extends Needs>(computation: Computation<T, N>): readonly FabricatedDay<N, T>[] {
  const streams = Object.entries(computation.needs).find(([, { kind }]) => kind === 'dataset');
  const previous = Object.entries(computation.needs).flatMap(([key, need]) =>
    need.kind === 'previous' ? [{ key, isSeeded: need.seed !== undefined }] : [],
  );
  const { chains, beside } = fabricateDays(computation, { numbers: [], strings: [] });
  return chains.flat().map(({ date, inputs, entities, own }) => {
    const given: Record<string, unknown> = { ...inputs };
    if (streams !== undefined) {
      const [key, need] = streams;
      const today = distinct(
        need,
        entities.map(([, entity]) => entity),
      );
      const others = beside.map((one) => {
        const other = one.key === undefined ? need : (computation.needs[one.key] as Need);
        if (other.kind === 'joined' && other.of.kind === 'computation') return resultBeside(need, entities, one.at);
        return distinct(
          other,
          entities.flatMap((entry) => (entry[2 + one.at] === undefined ? [] : [entry[2 + one.at]])),
        );
      });
      const before = beside.findIndex((one) => one.key === undefined);
      given[key] = before === -1 ? today : { today, before: others[before] };
      for (const one of beside) if (one.key !== undefined) given[one.key] = others[one.at];
    }
    for (const { key, isSeeded } of previous) {
      if (isSeeded) given[key] = own?.value === undefined ? { seed: inputs[key] } : { result: own.value };
      else if (own !== undefined) given[key] = own.value;
    }
    return { date, given: given as Given<N, T> };
  });
}

/** A result whose keys are the ids that the entities have by what was made up. */
function resultBeside(streamed: Need, entities: FabricatedEntities, at: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const entry of entities) {
    const id = streamed.kind === 'dataset' ? streamed.of.id?.(entry[1]) : undefined;
    if (id !== undefined && entry[2 + at] !== undefined && !Object.hasOwn(result, id)) result[id] = entry[2 + at];
  }
  return result;
}

/** Entities are made up one by one, and what names them with the rest: the first of a name stays. */
function distinct(need: Need, entities: readonly unknown[]): unknown[] {
  const dataset = need.kind === 'dataset' || need.kind === 'joined' ? need.of : undefined;
  if (dataset?.kind !== 'entities' || dataset.id === undefined) return [...entities];
  const byId = new Map<string, unknown>();
  for (const entity of entities) {
    const id = dataset.id(entity);
    if (!byId.has(id)) byId.set(id, entity);
  }
  return [...byId.values()];
}
