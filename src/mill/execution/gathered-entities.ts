/** Entities on their way into a part: by columns as long as they are alike, and as texts from the first one on that is not. */
import { canonicalJson } from '../../values/canonical.ts';
import type { Columns } from './artifact-codec.ts';

export interface Gathered {
  readonly count: number;
  readonly first: string;
  readonly last: string;
  /** As it is stored, before compression. */
  readonly text: () => string;
  /** Both halves, of two entities or more. */
  readonly halves: () => readonly [Gathered, Gathered];
}

export interface Gathering {
  /** Nothing of the value is kept that could be changed later. `json`: the value as canonical JSON. */
  add(id: string, value: unknown, json: string): void;
  readonly count: number;
  /** What came since it was asked last; undefined when nothing did. */
  take(): Gathered | undefined;
}

export function gathering(): Gathering {
  let ids: string[] = [];
  let keys: readonly string[] | undefined;
  let columns: unknown[][] = [];
  /** Once entities are not alike. */
  let texts: string[] | undefined;
  const addRow = (value: unknown): boolean => {
    if (keys === undefined) {
      keys = keysOf(value);
      if (keys === undefined) return false;
      columns = keys.map(() => []);
    }
    if (!hasOnly(value, keys)) return false;
    for (let at = 0; at < keys.length; at++) (columns[at] as unknown[]).push(value[keys[at] as string]);
    return true;
  };
  return {
    get count() {
      return ids.length;
    },
    add(id, value, json) {
      if (texts === undefined && !addRow(value)) texts = textsOf({ ids, keys: keys ?? [], columns });
      texts?.push(json);
      ids.push(id);
    },
    take() {
      if (ids.length === 0) return undefined;
      const taken = texts === undefined ? ofColumns({ ids, keys: keys ?? [], columns }) : ofTexts(ids, texts);
      ids = [];
      keys = undefined;
      columns = [];
      texts = undefined;
      return taken;
    },
  };
}

/** Of an entity that may lie in columns, in canonical order. */
function keysOf(value: unknown): readonly string[] | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keys = Object.keys(value).sort();
  // It cannot be given to an object by its name.
  return keys.includes('__proto__') ? undefined : keys;
}

/** Whether it has a text, a number, a boolean or null under each key, and nothing else. */
function hasOnly(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  let count = 0;
  for (const _ in value) count++;
  if (count !== keys.length) return false;
  for (const key of keys) {
    const member = (value as Record<string, unknown>)[key];
    if (
      member !== null &&
      (typeof member === 'object' || typeof member === 'undefined' || typeof member === 'function')
    )
      return false;
  }
  return true;
}

const textsOf = ({ ids, keys, columns }: Columns): string[] =>
  ids.map((_, row) => canonicalJson(Object.fromEntries(keys.map((key, at) => [key, columns[at]?.[row]]))));

function ofColumns({ ids, keys, columns }: Columns): Gathered {
  const part = (start: number, end?: number): Gathered =>
    ofColumns({ ids: ids.slice(start, end), keys, columns: columns.map((column) => column.slice(start, end)) });
  return {
    ...rangeOf(ids),
    text: () => JSON.stringify({ ids, keys, columns } satisfies Columns),
    halves: () => [part(0, ids.length >> 1), part(ids.length >> 1)],
  };
}

function ofTexts(ids: readonly string[], texts: readonly string[]): Gathered {
  const part = (start: number, end?: number): Gathered => ofTexts(ids.slice(start, end), texts.slice(start, end));
  return {
    ...rangeOf(ids),
    text: () => `[${ids.map((id, at) => `[${JSON.stringify(id)},${texts[at]}]`).join(',')}]`,
    halves: () => [part(0, ids.length >> 1), part(ids.length >> 1)],
  };
}

const rangeOf = (ids: readonly string[]): Pick<Gathered, 'count' | 'first' | 'last'> => ({
  count: ids.length,
  first: ids[0] ?? '',
  last: ids.at(-1) ?? '',
});
