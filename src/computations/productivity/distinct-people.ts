/** Who there was, without keeping more than a bound of them: exact for a thousand people, within some per cent beyond. */
import { z } from 'zod';
import {
  addHash,
  emptyHyperLogLog,
  estimatedCount,
  hyperLogLogOf,
  hyperLogLogText,
  mergeInto,
} from '../statistics/hyperloglog.ts';
import type { HyperLogLog } from '../statistics/hyperloglog.ts';
import { murmurHash } from '../statistics/murmur-hash.ts';

/** As many are told apart one by one. */
export const MAX_EXACT = 1_000;

const SEEDS = [0x5eed0001, 0x5eed0002] as const;

/** Sixteen hexadecimal digits a person: two of a million differ in them but for a chance of 3 in 100 million. */
type PersonHash = string;

/** As it is kept: no names, though whoever knows a name can look for its hash. */
export const KeptPeople = z.object({
  /** Hashes, ascending, of at most 1,000 people; null when there were more. */
  hashes: z.array(z.string()).max(MAX_EXACT).nullable(),
  /** The registers of a HyperLogLog of them all, 4,096 letters; null while there are hashes. */
  sketch: z.string().nullable(),
});
export type KeptPeople = z.infer<typeof KeptPeople>;

/** Some 100 kB at most, whoever comes. */
export interface People {
  /** Names of those who came first, at most 1,000: who is among them need not be hashed again. */
  readonly names: Set<string>;
  exact: Set<PersonHash> | undefined;
  sketch: HyperLogLog | undefined;
}

export const nobody = (): People => ({ names: new Set(), exact: new Set(), sketch: undefined });

export function addPerson(people: People, name: string): void {
  if (people.names.has(name)) return;
  if (people.names.size < MAX_EXACT) people.names.add(name);
  const [first, second] = [murmurHash(name, SEEDS[0]), murmurHash(name, SEEDS[1])];
  addHashed(people, `${hex(first)}${hex(second)}`);
}

const hex = (hash: number): string => hash.toString(16).padStart(8, '0');

function addHashed(people: People, hash: PersonHash): void {
  if (people.exact !== undefined) {
    people.exact.add(hash);
    if (people.exact.size <= MAX_EXACT) return;
    people.sketch = emptyHyperLogLog();
    for (const one of people.exact) sketchHash(people.sketch, one);
    people.exact = undefined;
  } else sketchHash(people.sketch as HyperLogLog, hash);
}

const sketchHash = (sketch: HyperLogLog, hash: PersonHash): void =>
  addHash(sketch, Number.parseInt(hash.slice(0, 8), 16) >>> 0, Number.parseInt(hash.slice(8), 16) >>> 0);

/** Those of either. */
export function together(one: People, other: People): People {
  const all = nobody();
  for (const people of [one, other]) for (const hash of people.exact ?? []) addHashed(all, hash);
  for (const { sketch } of [one, other]) {
    if (sketch === undefined) continue;
    const into = (all.sketch ??= sketchOf(all));
    all.exact = undefined;
    mergeInto(into, sketch);
  }
  return all;
}

function sketchOf({ exact }: People): HyperLogLog {
  const sketch = emptyHyperLogLog();
  for (const hash of exact ?? []) sketchHash(sketch, hash);
  return sketch;
}

/** Exact up to 1,000, beyond with a standard error of 1.6 %. */
export const countOf = ({ exact, sketch }: People): number =>
  exact?.size ?? Math.round(estimatedCount(sketch as HyperLogLog));

/** Of the people, those who are not among the known ones; undefined where it cannot be told one by one. */
export function newcomers(people: People, known: People): number | undefined {
  if (people.exact === undefined || known.exact === undefined) return undefined;
  let count = 0;
  for (const hash of people.exact) if (!known.exact.has(hash)) count++;
  return count;
}

export const keptPeople = ({ exact, sketch }: People): KeptPeople => ({
  hashes: exact === undefined ? null : [...exact].sort(),
  sketch: sketch === undefined ? null : hyperLogLogText(sketch),
});

/** What `keptPeople` wrote. */
export const peopleOf = ({ hashes, sketch }: KeptPeople): People =>
  sketch === null
    ? { names: new Set(), exact: new Set(hashes ?? []), sketch: undefined }
    : { names: new Set(), exact: undefined, sketch: hyperLogLogOf(sketch) };
