/** The manifest: the graph as data, made at build time and loaded at cold start. */
import { z } from 'zod';
import { Completeness } from './completeness.ts';
import { ExpectedDays } from './expected-days.ts';
import { ManifestCode } from './code-piece.ts';
import { Hash } from '../../values/hash.ts';
import { Fingerprint } from './vector.ts';

/** A need as data: what is read, without the author's types. */
export const ManifestNeed = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('dependency'),
    key: z.string(),
    of: z.string(),
    /** Read entity by entity beside what is streamed. */
    streamed: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('previous'), key: z.string() }),
  z.object({ kind: z.literal('own-history'), key: z.string(), days: z.number().int().positive() }),
  z.object({
    kind: z.literal('history'),
    key: z.string(),
    of: z.string(),
    source: z.enum(['computation', 'document']),
    days: z.number().int().positive(),
    /** Of `previous`, under the same key: read on a day without a previous result, and on no other. */
    seed: z.literal(true).optional(),
  }),
  z.object({ kind: z.literal('dataset'), key: z.string(), of: z.string() }),
  z.object({ kind: z.literal('joined'), key: z.string(), of: z.string() }),
  z.object({ kind: z.literal('document'), key: z.string(), of: z.string() }),
  z.object({ kind: z.literal('latest'), key: z.string(), of: z.string() }),
]);
export type ManifestNeed = z.infer<typeof ManifestNeed>;

export const ManifestComputation = z.object({
  name: z.string(),
  category: z.string(),
  productLines: z.array(z.string()),
  tags: z.array(z.string()),
  description: z.string().optional(),
  /** Level of the graph, from 1 (Kahn). */
  pass: z.number().int().positive(),
  /** Relative to the project's folder. */
  module: z.string(),
  exportName: z.string(),
  line: z.number().int().positive(),
  needs: z.array(ManifestNeed),
  shape: z.enum(['compute', 'perEntity', 'reduce']),
  keyed: z.boolean(),
  timeoutSeconds: z.number().positive(),
  fingerprint: Fingerprint,
  /** Why its code says less than all of what it does, for people: it reads files, say. Such a computation is trusted by nobody. */
  untrusted: z.string().optional(),
});
export type ManifestComputation = z.infer<typeof ManifestComputation>;

export const ManifestDataset = z.object({
  name: z.string(),
  kind: z.enum(['entities', 'document']),
  description: z.string().optional(),
  module: z.string(),
  exportName: z.string(),
  complete: Completeness.optional(),
  expected: ExpectedDays.optional(),
  /** Where its files lie, if they are read from there: see mill/model/file-pattern.ts. */
  files: z
    .object({ pattern: z.string(), closedBy: z.string().optional(), allowEmpty: z.boolean().optional() })
    .optional(),
  /** Of the code that turns a file's rows into entities, or generates them: when it changes, all is loaded again. */
  loader: Hash,
});
export type ManifestDataset = z.infer<typeof ManifestDataset>;

export const MANIFEST_VERSION = 1;

export const Manifest = z.object({
  version: z.literal(MANIFEST_VERSION),
  passes: z.number().int().nonnegative(),
  /** By pass, then by name: an order in which everything comes after what it reads. */
  computations: z.array(ManifestComputation),
  datasets: z.array(ManifestDataset),
  /** What the simulator must know of the code; a manifest without it proves nothing cosmetic. */
  code: ManifestCode.optional(),
  /** Content hashes of all local files that the code hashes are of, by path relative to the root: what a worker may import. */
  files: z.record(z.string(), Hash).optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** The name under which a need stands in vectors, decisions and explanations; the same whatever the author called the key. */
export function inputIdOf(need: ManifestNeed): string {
  switch (need.kind) {
    case 'previous':
      return 'previous';
    case 'own-history':
      return `history:${need.days}`;
    case 'history':
      return `${need.seed === true ? 'seed' : 'history'}:${need.of}:${need.days}`;
    case 'dependency':
    case 'dataset':
    case 'joined':
    case 'document':
    case 'latest':
      return `${need.kind}:${need.of}`;
  }
}

/** Whether it is read only on a day without a previous result. */
export const isSeed = (need: ManifestNeed): boolean => need.kind === 'history' && need.seed === true;

type NeedOf<Kind extends ManifestNeed['kind']> = Extract<ManifestNeed, { kind: Kind }>;

/** Whether it reads root data. */
export const readsData = (
  need: ManifestNeed,
): need is NeedOf<'dataset' | 'joined' | 'document' | 'latest'> | NeedOf<'history'> =>
  need.kind === 'history' ? need.source === 'document' : DATA_NEEDS.has(need.kind);

const DATA_NEEDS: ReadonlySet<string> = new Set(['dataset', 'joined', 'document', 'latest']);

/** Whether a history is of the very dataset that is streamed: the day before, read entity by entity beside the day. */
export const isDayBefore = (computation: Pick<ManifestComputation, 'needs'>, need: ManifestNeed): boolean =>
  need.kind === 'history' &&
  need.source === 'document' &&
  computation.needs.some((other) => other.kind === 'dataset' && other.of === need.of);

/** Whether it is read entity by entity beside the dataset that is streamed. */
export const isBeside = (computation: Pick<ManifestComputation, 'needs'>, need: ManifestNeed): boolean =>
  need.kind === 'joined' || (need.kind === 'dependency' && need.streamed === true) || isDayBefore(computation, need);

/** By name, of each list of computations that was asked: planning asks for each cell. */
const byName = new WeakMap<Manifest['computations'], ReadonlyMap<string, ManifestComputation>>();

export function computationIn(
  { computations }: Pick<Manifest, 'computations'>,
  name: string,
): ManifestComputation | undefined {
  let known = byName.get(computations);
  if (known === undefined) {
    known = new Map(computations.map((computation) => [computation.name, computation]));
    byName.set(computations, known);
  }
  return known.get(name);
}

/** Whether a day needs the computation's own earlier results, so that days must be made in order. */
export const isChained = (computation: ManifestComputation): boolean =>
  computation.needs.some((need) => need.kind === 'previous' || need.kind === 'own-history');
