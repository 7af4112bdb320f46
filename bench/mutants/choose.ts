/** Which of many edits are tried: as many of each family as there is room for, by chance with a seed. */
import { type Random, seededRandom } from '../../src/mill/simulation/random.ts';
import type { EditedSubject } from './subjects.ts';
import type { Batch } from './trials.ts';
import { type Family, together, type Variant } from './variant.ts';

/** Edits of one computation that a process tries: opening one costs some seconds. */
const BATCH = 120;

type Candidate = readonly [EditedSubject, Variant];

/** Each family gets its turn until `count` are chosen. */
export function chosen(
  subjects: readonly EditedSubject[],
  families: readonly Family[],
  count: number,
  seed: string,
): Candidate[] {
  const random = seededRandom(seed);
  const byFamily = new Map<string, Candidate[]>(families.map(({ name }) => [name, []]));
  for (const subject of subjects)
    for (const variant of subject.variants(families)) byFamily.get(variant.family)?.push([subject, variant]);
  const piles = [...byFamily.values()].map((pile) => shuffled(pile, random));
  const taken: Candidate[] = [];
  for (let turn = 0; taken.length < count && piles.some((pile) => pile.length > turn); turn++)
    for (const pile of piles) {
      const candidate = pile[turn];
      if (candidate !== undefined && taken.length < count) taken.push(candidate);
    }
  return taken;
}

/** Each with a harmless edit beside it, by which it may hide. */
export function hidden(candidates: readonly Candidate[], harmless: readonly Family[], seed: string): Candidate[] {
  const random = seededRandom(seed);
  return candidates.flatMap(([subject, variant]): Candidate[] => {
    const others = shuffled(subject.variants(harmless), random).slice(0, 20);
    for (const other of others) {
      const both = together('hidden by a refactoring', variant, other);
      if (both !== undefined) return [[subject, both]];
    }
    return [];
  });
}

/** Those of one computation together. */
export function batched(candidates: readonly Candidate[]): Batch[] {
  const bySubject = new Map<EditedSubject, Variant[]>();
  for (const [subject, variant] of candidates) bySubject.set(subject, [...(bySubject.get(subject) ?? []), variant]);
  return [...bySubject].flatMap(([{ computation, texts, spelled }, variants]) =>
    Array.from({ length: Math.ceil(variants.length / BATCH) }, (_, at): Batch => ({
      subject: { computation, texts, spelled },
      variants: variants.slice(at * BATCH, (at + 1) * BATCH),
    })),
  );
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const result = [...list];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random.integer(0, at);
    [result[at], result[other]] = [result[other] as T, result[at] as T];
  }
  return result;
}
