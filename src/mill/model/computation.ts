/** `defineComputation`: a named node of the graph, with typed inputs and a typed output. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { Day } from '../../values/date.ts';
import { normalizeName } from '../../values/name.ts';
import { checkStreams } from './check-streams.ts';
import type { BeforeOf, EntityInputs, EntityOf, Inputs, Needs } from './need.ts';

/** How long a computation may take for one day unless it says otherwise: Pub/Sub waits 600 s at most, so tasks end within 8 minutes. */
export const DEFAULT_TIMEOUT_SECONDS = 480;

export interface DayContext {
  readonly date: Day;
}

export interface EntityContext<I> extends DayContext {
  /** The entity's id, unique within its dataset and day. */
  readonly id: string;
  readonly inputs: I;
}

export interface InputContext<I> extends DayContext {
  readonly inputs: I;
}

/** Folds a stream of entities; the accumulator must stay bounded, however many entities come. */
export interface Reducer<E, I, A, Own, C = EntityContext<I>> {
  readonly init: (context: InputContext<I>) => A;
  /** Changes the accumulator in place. */
  readonly add: (accumulator: A, entity: E, context: C) => void;
  readonly finish: (accumulator: A, context: InputContext<I>) => Own;
}

/**
 * What a keyed result is checked for before it becomes visible, beside its schema. A check that fails fails the cell, for good:
 * the same inputs would fail it again.
 */
export interface Checks {
  /**
   * Every entity has the same result, from `after` entities on (100): by default only when nothing in it differs; of numeric
   * `fields` that are named, each must vary.
   */
  readonly flatLine?: false | { readonly after?: number; readonly fields?: readonly string[] };
  /** A field is null or absent in more than the share `above` (0.5) of the entities, from `after` on (100). */
  readonly nullDensity?: false | { readonly above?: number; readonly after?: number };
  /**
   * Warns when the number of entities differs from that of the day before, where that is there already, by more than the share
   * `within`. Off by default, and never more than a warning: a result depends on what it reads alone.
   */
  readonly volume?: { readonly within: number };
}

interface Description {
  /** Kebab-case; `airportDay` is read as `airport-day`. */
  readonly name: string;
  readonly category: string;
  readonly productLines?: readonly string[];
  readonly tags?: readonly string[];
  readonly description?: string;
  /** For one day; the task is stopped and the cell fails with TIMEOUT. */
  readonly timeoutSeconds?: number;
  readonly checks?: Checks;
}

/** Exactly one of the three ways to compute. */
type Shape<N extends Needs, Own, Value, A> =
  | {
      /** Once a day, from whole inputs. */
      readonly compute: (inputs: Inputs<N, Own>, context: DayContext) => Own | Promise<Own>;
      readonly perEntity?: never;
      readonly reduce?: never;
    }
  | {
      /** Once for each entity of the dataset need; `undefined` leaves the entity out. Other computations read the same entity: it must not be changed. */
      readonly perEntity: (
        entity: EntityOf<N>,
        context: EntityContext<EntityInputs<N, Own>> & BeforeOf<N>,
      ) => Value | undefined;
      readonly compute?: never;
      readonly reduce?: never;
    }
  | {
      /** One result from all entities of the dataset need. */
      readonly reduce: Reducer<EntityOf<N>, Inputs<N, Own>, A, Own, EntityContext<EntityInputs<N, Own>> & BeforeOf<N>>;
      readonly compute?: never;
      readonly perEntity?: never;
    };

type ValueOf<Own> = Own extends Readonly<Record<string, infer V>> ? V : never;

export type ComputationOptions<N extends Needs, S extends z.ZodType, A> = Description & {
  readonly needs: N;
  /** Of the whole day's result; a `z.record` makes it keyed, so that one entity can be read alone. */
  readonly output: S;
  /** One line about a day's result for people, as the run's summary prints it. Changing it re-runs nothing. */
  readonly headline?: (output: z.output<S>) => string;
} & Shape<N, z.output<S>, ValueOf<z.output<S>>, A>;

/** A computation as the rest of Daymill sees it: the type of its output stays; that of its needs is for tests of it. */
export interface Computation<T = unknown, N extends Needs = Needs> {
  readonly kind: 'computation';
  readonly name: string;
  readonly category: string;
  readonly productLines: readonly string[];
  readonly tags: readonly string[];
  readonly description: string | undefined;
  readonly timeoutSeconds: number;
  readonly checks: Checks;
  readonly needs: N;
  readonly output: z.ZodType<T>;
  readonly work: Work;
  readonly headline: ((output: unknown) => string) | undefined;
}

/** The author's functions, with their types erased: the executor passes what the needs promise. */
export type Work =
  | { readonly shape: 'compute'; readonly compute: (inputs: Record<string, unknown>, context: DayContext) => unknown }
  | {
      readonly shape: 'perEntity';
      readonly perEntity: (entity: unknown, context: ErasedContext) => unknown;
    }
  | {
      readonly shape: 'reduce';
      readonly reduce: Reducer<unknown, Record<string, unknown>, unknown, unknown, ErasedContext>;
    };

type ErasedContext = EntityContext<Record<string, unknown>> & { readonly before?: unknown };

/**
 * Declares a computation. It must be pure: what it returns depends on its inputs only, never on clock, chance or network.
 * @throws {UserError} BAD_DEFINITION, naming the computation and what to change.
 */
export function defineComputation<const N extends Needs, S extends z.ZodType, A = unknown>(
  options: ComputationOptions<N, S, A>,
): Computation<z.output<S>, N> {
  const name = normalizeName(options.name);
  if (name === undefined) {
    throw new UserError(
      'BAD_DEFINITION',
      `"${options.name}" cannot name a computation: start with a letter, then letters, digits and dashes.`,
    );
  }
  const category = normalizeName(options.category);
  if (category === undefined)
    throw new UserError(
      'BAD_DEFINITION',
      typeof options.category === 'string'
        ? `${name}: "${options.category}" cannot name a category: start with a letter, then letters, digits and dashes.`
        : `${name}: it has no category, under which computations are listed and selected. Add category: 'sales'.`,
    );
  const work = workOf(name, options as unknown as Record<string, unknown>);
  if (typeof options.needs !== 'object' || options.needs === null)
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: it has no needs. Say what it reads: needs: { orders: dataset(orders) }.`,
    );
  checkStreams(name, work.shape, options.needs);
  if (work.shape === 'perEntity' && !isKeyed(options.output)) {
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: perEntity makes one value an entity, so its output must be z.record(z.string(), …).`,
    );
  }
  return Object.freeze({
    kind: 'computation',
    name,
    category,
    productLines: options.productLines ?? [],
    tags: options.tags ?? [],
    description: options.description,
    timeoutSeconds: options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS,
    checks: checkedChecks(name, options.checks ?? {}, options.output),
    needs: options.needs,
    output: options.output as unknown as z.ZodType<z.output<S>>,
    work,
    headline: options.headline as ((output: unknown) => string) | undefined,
  });
}

export const isComputation = (value: unknown): value is Computation =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'computation';

/** Whether results are records, entity id to value. */
export const isKeyed = (output: z.ZodType): output is z.ZodRecord => output instanceof z.ZodRecord;

function checkedChecks(name: string, checks: Checks, output: z.ZodType): Checks {
  if (!isKeyed(output) && Object.keys(checks).length > 0)
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: checks compare entities, so its output must be z.record(z.string(), …).`,
    );
  const fields = (checks.flatLine !== false && checks.flatLine?.fields) || [];
  const shape = isKeyed(output) && output.valueType instanceof z.ZodObject ? output.valueType.shape : {};
  const strange = fields.find((field) => !Object.hasOwn(shape, field));
  if (strange !== undefined)
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: checks.flatLine names "${strange}", which the output does not have.`,
    );
  const above = (checks.nullDensity !== false && checks.nullDensity?.above) || 0;
  if (above < 0 || above > 1 || (checks.volume?.within ?? 0) < 0)
    throw new UserError('BAD_DEFINITION', `${name}: checks take shares: 0.5 is half of the entities.`);
  return checks;
}

function workOf(name: string, options: Record<string, unknown>): Work {
  const given = (['compute', 'perEntity', 'reduce'] as const).filter((shape) => options[shape] !== undefined);
  const [shape] = given;
  if (shape === undefined || given.length > 1) {
    throw new UserError(
      'BAD_DEFINITION',
      `${name}: give exactly one of compute, perEntity and reduce (found ${given.join(', ') || 'none'}).`,
    );
  }
  if (!(options['output'] instanceof z.ZodType))
    throw new UserError('BAD_DEFINITION', `${name}: output must be a zod schema.`);
  const work = { shape, [shape]: options[shape] } as unknown as Work;
  const promising = promisingPartOf(work);
  if (promising === undefined) return work;
  throw new UserError(
    'BAD_DEFINITION',
    `${name}: ${promising} is async, and is called for millions of entities: it answers at once. What it awaits is a need, or belongs into compute.`,
  );
}

/** What is called as often as there are entities, or folds them, and gives promises; undefined when nothing does. */
function promisingPartOf(work: Work): string | undefined {
  if (work.shape === 'compute') return undefined;
  const parts =
    work.shape === 'perEntity'
      ? { perEntity: work.perEntity }
      : { 'reduce.init': work.reduce?.init, 'reduce.add': work.reduce?.add, 'reduce.finish': work.reduce?.finish };
  return Object.entries(parts).find(([, part]) => Object.prototype.toString.call(part) === PROMISING)?.[0];
}

/** https://tc39.es/ecma262/#sec-async-function-prototype-%symbol.tostringtag% */
const PROMISING = '[object AsyncFunction]';
