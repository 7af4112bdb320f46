/** What differs between two results: entities that came, went or changed, and by how much each number moved. */
import { z } from 'zod';
import type { Entry } from '../model/artifact.ts';
import { ownMember } from '../../values/own-member.ts';
import { readWhole } from '../ports/read-whole.ts';
import type { StoredArtifact } from '../ports/artifacts.ts';

export const ValueChange = z.object({
  /** `mean`, `hours.07`, `3`; empty for the whole value. */
  path: z.string(),
  /** Undefined where there is nothing; left out of JSON then. */
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  /** Of numbers. */
  delta: z.number().optional(),
});
export type ValueChange = z.infer<typeof ValueChange>;

export const EntityDifference = z.object({
  /** Undefined for a result that is not kept by entity. */
  entity: z.string().optional(),
  kind: z.enum(['added', 'removed', 'changed']),
  /** Of a changed one; of one that came or went, the whole value at an empty path. */
  changes: z.array(ValueChange),
});
export type EntityDifference = z.infer<typeof EntityDifference>;

/** How one member moved, over all entities that are on both sides. */
const MemberSummary = z.object({
  path: z.string(),
  changed: z.number(),
  /** Smallest and largest delta of those that are numbers; absent when none is. */
  deltas: z.tuple([z.number(), z.number()]).readonly().describe('[smallest, largest]').optional(),
});
type MemberSummary = z.infer<typeof MemberSummary>;

export const Comparison = z.object({
  added: z.number(),
  removed: z.number(),
  changed: z.number(),
  same: z.number(),
  members: z.array(MemberSummary),
  /** In the order of their ids. */
  differences: z.array(EntityDifference),
});
export type Comparison = z.infer<typeof Comparison>;

/** Undefined stands for no result at all. Parts are read as they are needed; what is the same is not kept. */
export async function compareResults(
  before: StoredArtifact | undefined,
  after: StoredArtifact | undefined,
): Promise<Comparison> {
  const differences: EntityDifference[] = [];
  let same = 0;
  for await (const [entity, one, other] of pairs(before, after)) {
    const kind = one === undefined ? 'added' : other === undefined ? 'removed' : 'changed';
    const changes = valueChanges(one?.value, other?.value);
    if (changes.length === 0) same++;
    else differences.push({ ...(entity === undefined ? {} : { entity }), kind, changes });
  }
  const count = (kind: EntityDifference['kind']): number => differences.filter((each) => each.kind === kind).length;
  return {
    added: count('added'),
    removed: count('removed'),
    changed: count('changed'),
    same,
    members: summarize(differences),
    differences,
  };
}

interface Boxed {
  readonly value: unknown;
}
type Pair = readonly [entity: string | undefined, before: Boxed | undefined, after: Boxed | undefined];

/** Results by entity side by side, in key order; others as one pair. */
async function* pairs(before: StoredArtifact | undefined, after: StoredArtifact | undefined): AsyncGenerator<Pair> {
  const whole = async (artifact: StoredArtifact | undefined): Promise<Boxed | undefined> =>
    artifact === undefined ? undefined : { value: await readWhole(artifact) };
  if (!(before?.keyed ?? true) || !(after?.keyed ?? true)) {
    yield [undefined, await whole(before), await whole(after)];
    return;
  }
  const [left, right] = [entriesOf(before), entriesOf(after)];
  let [one, other] = [await left.next(), await right.next()];
  while (one.done !== true || other.done !== true) {
    const [a, b] = [one.done === true ? undefined : one.value, other.done === true ? undefined : other.value];
    const first = a === undefined || (b !== undefined && b[0] < a[0]) ? (b as Entry)[0] : a[0];
    yield [first, a?.[0] === first ? { value: a[1] } : undefined, b?.[0] === first ? { value: b[1] } : undefined];
    if (a?.[0] === first) one = await left.next();
    if (b?.[0] === first) other = await right.next();
  }
}

async function* entriesOf(artifact: StoredArtifact | undefined): AsyncGenerator<Entry, undefined> {
  if (artifact === undefined) return undefined;
  for await (const part of artifact.parts()) yield* part.entries();
  return undefined;
}

/** Down to numbers, texts and the like; in the order of the members. Both are as JSON has them. */
export function valueChanges(before: unknown, after: unknown, path = ''): ValueChange[] {
  if (Object.is(before, after)) return [];
  if (isTree(before) && isTree(after) && Array.isArray(before) === Array.isArray(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      valueChanges(
        ownMember(before as Record<string, unknown>, name),
        ownMember(after as Record<string, unknown>, name),
        path === '' ? name : `${path}.${name}`,
      ),
    );
  }
  const delta = typeof before === 'number' && typeof after === 'number' ? { delta: after - before } : {};
  return [{ path, before, after, ...delta }];
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;

function summarize(differences: readonly EntityDifference[]): MemberSummary[] {
  const changes = differences.filter(({ kind }) => kind === 'changed').flatMap((each) => each.changes);
  return [...Map.groupBy(changes, ({ path }) => path)].map(([path, those]) => {
    const deltas = those.flatMap(({ delta }) => delta ?? []);
    const summary = { path, changed: those.length };
    return deltas.length === 0 ? summary : Object.assign(summary, { deltas: endsOf(deltas) });
  });
}

/** Spreading a million numbers into Math.min would be too much. */
const endsOf = (numbers: readonly number[]): readonly [number, number] => [
  numbers.reduce((least, each) => Math.min(least, each), Infinity),
  numbers.reduce((most, each) => Math.max(most, each), -Infinity),
];
