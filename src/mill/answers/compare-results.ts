/** What differs between two results: entities that came, went or changed, and by how much each number moved. */
import type { Entry } from '../model/artifact.ts';
import { ownMember } from '../../values/own-member.ts';
import { readWhole } from '../steps/work/load-inputs.ts';
import type { StoredArtifact } from '../ports/artifacts.ts';

export interface ValueChange {
  /** `mean`, `hours.07`, `3`; empty for the whole value. */
  readonly path: string;
  /** Undefined where there is nothing; left out of JSON then. */
  readonly before: unknown;
  readonly after: unknown;
  /** Of numbers. */
  readonly delta?: number;
}

export interface EntityDifference {
  /** Undefined for a result that is not kept by entity. */
  readonly entity?: string;
  readonly kind: 'added' | 'removed' | 'changed';
  /** Of a changed one; of one that came or went, the whole value at an empty path. */
  readonly changes: readonly ValueChange[];
}

/** How one member moved, over all entities that are on both sides. */
export interface MemberSummary {
  readonly path: string;
  readonly changed: number;
  /** Smallest and largest delta of those that are numbers; absent when none is. */
  readonly deltas?: readonly [smallest: number, largest: number];
}

export interface Comparison {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly same: number;
  readonly members: readonly MemberSummary[];
  /** In the order of their ids. */
  readonly differences: readonly EntityDifference[];
}

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
