/** What a test gives a computation to read: by the names of its needs, checked as what is stored is. */
import { UserError } from '../errors.ts';
import { type Beside, entryBeside, type JoinedEntry } from '../mill/execution/join-by-key.ts';
import type { Computation } from '../mill/model/computation.ts';
import type { EntityDataset } from '../mill/model/dataset.ts';
import type { Dated, DatasetNeed, DependencyNeed, DocumentNeed, HistoryNeed, Need, Needs } from '../mill/model/need.ts';
import type { JoinedNeed, LatestNeed, OwnHistoryNeed, PreviousNeed, PreviousOrSeed } from '../mill/model/need.ts';

/** A day's entities; with `dayBefore` also those of the day before, which are told apart by the dataset's `id`. */
type Entities<T, Before> = true extends Before
  ? { readonly today: readonly T[]; readonly before: readonly T[] }
  : readonly T[];

type GivenFor<N extends Need> =
  N extends DatasetNeed<infer T, infer Before>
    ? Entities<T, Before>
    : N extends JoinedNeed<infer T>
      ? N['of'] extends { readonly kind: 'computation' }
        ? Readonly<Record<string, T>>
        : readonly T[]
      : N extends HistoryNeed<infer T>
        ? readonly Dated<T>[]
        : N extends DependencyNeed<infer T> | DocumentNeed<infer T> | LatestNeed<infer T>
          ? T
          : never;

/** With a seed: a result, or the window to start from. */
type PastFor<N, Own> = N extends PreviousNeed<HistoryNeed<infer T>> ? Partial<PreviousOrSeed<Own, T>> : Own;

/** By the author's keys. A computation's own past may be left out: it is its first day then. */
export type Given<N extends Needs, Own> = {
  readonly [K in keyof N as N[K] extends PreviousNeed | OwnHistoryNeed ? never : K]: GivenFor<N[K]>;
} & {
  readonly [K in keyof N as N[K] extends PreviousNeed ? K : never]?: PastFor<N[K], Own> | undefined;
} & {
  readonly [K in keyof N as N[K] extends OwnHistoryNeed ? K : never]?: readonly Dated<Own>[];
};

/** As the executor takes it. */
export interface Checked {
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly entities: readonly JoinedEntry[];
  readonly beside: readonly Beside[];
}

/** Digits of a row's number, which is the id of an entity that has no other, as when it is loaded. */
const ID_DIGITS = 7;

/** @throws {UserError} BAD_ARGUMENT naming the need, and what does not fit it. */
export function checkedInputs(computation: Computation, given: Readonly<Record<string, unknown>>): Checked {
  const { needs } = computation;
  const strange = Object.keys(given).find((key) => !Object.hasOwn(needs, key));
  if (strange !== undefined)
    throw wrong(computation, strange, `it has no need of that name, only ${Object.keys(needs).join(', ') || 'none'}`);
  const inputs: Record<string, unknown> = {};
  let today = new Map<string, unknown>();
  const others: { readonly key?: string; readonly entities: ReadonlyMap<string, unknown> }[] = [];
  for (const [key, need] of Object.entries(needs)) {
    const value = given[key];
    if (need.kind === 'dataset') {
      const read = entitiesOf(computation, key, need.of, value);
      today = read.today;
      if (need.dayBefore) others.push({ entities: read.before });
    } else if (need.kind === 'joined') others.push({ key, entities: joinedOf(computation, key, need, value) });
    else inputs[key] = asStored(inputOf(computation, key, need, value));
  }
  const entities = [...today]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, entity]) =>
      entryBeside(
        id,
        entity,
        others.map((other) => other.entities),
      ),
    );
  return { inputs, entities, beside: others.map(({ key }, at) => ({ at, key })) };
}

const schemaOf = ({ of }: HistoryNeed): Computation['output'] => (of.kind === 'computation' ? of.output : of.schema);

type WholeNeed = Exclude<Need, DatasetNeed | JoinedNeed>;

function inputOf(computation: Computation, key: string, need: WholeNeed, value: unknown): unknown {
  const check = (schema: Computation['output'], each: unknown, where: string): unknown => {
    const checked = schema.safeParse(each);
    if (checked.success) return checked.data;
    const [issue] = checked.error.issues;
    throw wrong(
      computation,
      [key, where, ...(issue?.path ?? [])].filter((part) => part !== '').join('.'),
      `${issue?.message}`,
    );
  };
  const checkAll = (schema: Computation['output'], days = value): unknown => {
    if (!Array.isArray(days)) throw wrong(computation, key, 'give it a list of { date, value }, oldest first');
    return (days as Dated<unknown>[]).map(({ date, value }) => ({ date, value: check(schema, value, date) }));
  };
  switch (need.kind) {
    case 'previous':
      if (need.seed !== undefined) {
        const { result, seed = [] } = (value ?? {}) as Partial<PreviousOrSeed<unknown, unknown>>;
        if (result !== undefined) return { result: check(computation.output, result, 'result'), seed: [] };
        return { seed: checkAll(schemaOf(need.seed), seed) };
      }
      return value === undefined ? undefined : check(computation.output, value, '');
    case 'own-history':
      return value === undefined ? [] : checkAll(computation.output);
    case 'history':
      return checkAll(schemaOf(need));
    case 'dependency':
      return check(need.of.output, value, '');
    case 'document':
    case 'latest':
      return check(need.of.schema, value, '');
  }
}

/** Of a dataset as its day is given, of a computation as its result. */
function joinedOf(computation: Computation, key: string, { of }: JoinedNeed, value: unknown): Map<string, unknown> {
  if (of.kind === 'entities') return entitiesOf(computation, key, of, value).today;
  const result = inputOf(computation, key, { kind: 'dependency', of }, value) as Readonly<Record<string, unknown>>;
  return new Map(Object.entries(asStored(result) as Readonly<Record<string, unknown>>));
}

function entitiesOf(computation: Computation, key: string, of: EntityDataset, value: unknown) {
  const { today, before = [] } = (Array.isArray(value) ? { today: value } : (value ?? {})) as {
    today?: readonly unknown[];
    before?: readonly unknown[];
  };
  if (!Array.isArray(today)) throw wrong(computation, key, `give it the day's ${of.name}, as a list`);
  return {
    today: identified(computation, key, of, today),
    before: identified(computation, `${key}.before`, of, before),
  };
}

function identified(
  computation: Computation,
  key: string,
  dataset: EntityDataset,
  entities: readonly unknown[],
): Map<string, unknown> {
  const byId = new Map<string, unknown>();
  for (const [index, entity] of entities.entries()) {
    const checked = dataset.schema.safeParse(entity);
    if (!checked.success) {
      const [issue] = checked.error.issues;
      throw wrong(computation, [key, index, ...(issue?.path ?? [])].join('.'), `${issue?.message}`);
    }
    const id = dataset.id?.(checked.data) ?? String(index).padStart(ID_DIGITS, '0');
    if (byId.has(id)) throw wrong(computation, `${key}.${index}`, `another of the list has the id "${id}"`);
    byId.set(id, asStored(checked.data));
  }
  return byId;
}

/** As a reader gets it: what is stored is JSON. */
const asStored = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

const wrong = ({ name }: Computation, where: string, what: string): UserError =>
  new UserError('BAD_ARGUMENT', `${name} was given a wrong ${where}: ${what}.`);
