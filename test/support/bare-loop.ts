/**
 * A day's computations over its entities without anything of Daymill's: a loop that calls the authors' functions in the order of the graph, entity by entity.
 * What a scan is measured against, and what tests look at many people with.
 */
import type { Computation } from '../../src/index.ts';
import type { Need } from '../../src/index.ts';

export interface BareDay {
  readonly date: string;
  /** Results of whole days, by the names of computations and documents. */
  readonly whole: Readonly<Record<string, unknown>>;
}

type Context = { date: string; id: string; inputs: Record<string, unknown>; before?: unknown };

/** One entity's results, by computation. `others`: what datasets have of it; `computations` in the order of the graph, each with `perEntity`. */
export function bareLoop(computations: readonly Computation[], day: BareDay) {
  const steps = computations.map((computation) => {
    const { name, work, needs } = computation;
    if (work.shape !== 'perEntity') throw new Error(`${name} is not computed entity by entity`);
    const all = Object.entries(needs);
    const beside = all.flatMap(([key, need]) => (need.kind === 'joined' ? [{ key, name: need.of.name }] : []));
    const whole = all.flatMap(([key, need]) => (isWhole(need) ? [[key, day.whole[need.of.name]] as const] : []));
    const context: Context = { date: day.date, id: '', inputs: Object.fromEntries(whole) };
    return { name, beside, context, perEntity: work.perEntity };
  });
  return (
    id: string,
    entity: unknown,
    others: Readonly<Record<string, unknown>>,
    before?: unknown,
  ): Record<string, unknown> => {
    const made: Record<string, unknown> = { ...others };
    for (const { name, beside, context, perEntity } of steps) {
      context.id = id;
      context.before = before;
      for (const one of beside) context.inputs[one.key] = made[one.name];
      made[name] = perEntity(entity, context);
    }
    return made;
  };
}

const isWhole = (need: Need): need is Extract<Need, { kind: 'dependency' | 'document' | 'latest' }> =>
  need.kind === 'dependency' || need.kind === 'document' || need.kind === 'latest';
