/** Conditions on a request: https://cloud.google.com/storage/docs/request-preconditions */
import { conditionNotMet, invalid, notModified } from './errors.ts';

const NAMES = ['GenerationMatch', 'GenerationNotMatch', 'MetagenerationMatch', 'MetagenerationNotMatch'] as const;

/** Numbers as int64 texts become them; those that are too long for it equal no generation. */
export type Preconditions = Partial<Record<(typeof NAMES)[number], number>>;

/** Parameters of a request that has preconditions. */
export const PRECONDITIONS = NAMES.map((name) => `if${name}`);
/** Of a copy, on what it copies. */
export const SOURCE_PRECONDITIONS = NAMES.map((name) => `ifSource${name}`);

/**
 * @param prefix `if`, or `ifSource`
 * @throws {StorageError} invalid
 */
export function readPreconditions(query: URLSearchParams, prefix = 'if'): Preconditions {
  const preconditions: Preconditions = {};
  for (const name of NAMES) {
    const number = readInt64(query, prefix + name);
    if (number !== undefined) preconditions[name] = number;
  }
  return preconditions;
}

/** @throws {StorageError} invalid */
export function readInt64(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^-?\d{1,19}$/u.test(text)) throw invalid(`Invalid value for ${name}: "${text}" is not an int64`);
  return Number(text);
}

/**
 * Looks at the live object, which need not be there: without one generation 0 matches, and nothing differs from anything.
 * @throws {StorageError} conditionNotMet; notModified when a read asks for what differs
 */
export function assertPreconditions(
  preconditions: Preconditions,
  live: { readonly generation: number; readonly metageneration: number } | undefined,
  access: 'read' | 'write',
): void {
  const { GenerationMatch, GenerationNotMatch, MetagenerationMatch, MetagenerationNotMatch } = preconditions;
  if (GenerationMatch !== undefined && GenerationMatch !== (live?.generation ?? 0)) {
    throw conditionNotMet('ifGenerationMatch');
  }
  if (MetagenerationMatch !== undefined && MetagenerationMatch !== live?.metageneration) {
    throw conditionNotMet('ifMetagenerationMatch');
  }
  const same = access === 'read' && live !== undefined ? notModified : conditionNotMet;
  if (GenerationNotMatch !== undefined && (live === undefined || GenerationNotMatch === live.generation)) {
    throw same('ifGenerationNotMatch');
  }
  if (MetagenerationNotMatch !== undefined && MetagenerationNotMatch === live?.metageneration) {
    throw same('ifMetagenerationNotMatch');
  }
}
