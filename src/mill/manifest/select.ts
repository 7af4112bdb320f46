/** Picks computations by the selection syntax that users of dbt and Dagster know. */
import { UserError } from '../../errors.ts';
import type { Manifest } from '../model/manifest.ts';
import { normalizeName } from '../../values/name.ts';
import { ownMember } from '../../values/own-member.ts';
import { computationsReadBy, datasetsReadBy } from './edges.ts';
import { didYouMean } from '../../values/suggest.ts';

export interface SelectOptions {
  /** What `state:changed` stands for, where the caller knows it. */
  readonly changed?: ReadonlySet<string>;
}

/**
 * Names of the computations that an expression selects.
 *
 * - `rsi` one computation; `air*` those whose names fit; `*` all of them; `prices`, a dataset's name, its direct readers
 * - `category:signals`, `tag:daily`, `line:stocks` (product line), `dataset:prices` (direct readers), `state:changed`,
 *   `path:src/computations/market` (a file, a folder or a pattern); values may be patterns, too
 * - `+rsi`, `rsi+`, `+rsi+` with all that it reads, with all that reads it, with both; `2+rsi`, `rsi+1` up to so many steps;
 *   `@rsi` with all that reads it and all that those read
 * - terms joined by spaces add up, by commas without spaces they keep what all of them select; `!term` takes away (from all, when
 *   nothing is added)
 *
 * @throws {UserError} UNKNOWN_COMPUTATION, or BAD_ARGUMENT for anything else that names nothing; with the nearest name.
 */
export function selectComputations(manifest: Manifest, expression: string, options: SelectOptions = {}): Set<string> {
  const terms = expression.split(/\s+/).filter((term) => term !== '');
  const isTakenAway = (term: string): boolean => term.startsWith('!') && !term.includes(',');
  const added = terms.filter((term) => !isTakenAway(term));
  const edges = edgesOf(manifest);
  const selected = new Set<string>();
  for (const term of added.length > 0 ? added : ['*']) {
    for (const name of selectAllOf(manifest, edges, term, options)) selected.add(name);
  }
  for (const term of terms.filter(isTakenAway)) {
    for (const name of selectTerm(manifest, edges, term.slice(1), options)) selected.delete(name);
  }
  return selected;
}

/** What every one of the terms between commas selects, and none that begins with `!`. */
function selectAllOf(manifest: Manifest, edges: Edges, expression: string, options: SelectOptions): Set<string> {
  const terms = expression.split(',');
  if (terms.includes(''))
    throw new UserError(
      'BAD_ARGUMENT',
      `"${expression}" has a comma with nothing beside it. A comma keeps what both sides select (tag:daily,category:signals), a space adds (rsi regime).`,
    );
  let selected = new Set(manifest.computations.map(({ name }) => name));
  for (const term of terms) {
    const isTakenAway = term.startsWith('!');
    const found = selectTerm(manifest, edges, isTakenAway ? term.slice(1) : term, options);
    selected = new Set([...selected].filter((name) => found.has(name) !== isTakenAway));
  }
  return selected;
}

interface Edges {
  readonly upstream: ReadonlyMap<string, readonly string[]>;
  readonly downstream: ReadonlyMap<string, readonly string[]>;
}

function edgesOf(manifest: Manifest): Edges {
  const upstream = new Map(manifest.computations.map((each) => [each.name, computationsReadBy(each)]));
  const downstream = new Map<string, string[]>(manifest.computations.map((each) => [each.name, []]));
  for (const [name, reads] of upstream) for (const read of reads) downstream.get(read)?.push(name);
  return { upstream, downstream };
}

/** `@`, or `2+` before, a name or `method:value`, `+1` after. */
const TERM = /^(?:(?<at>@)|(?<up>\d*)\+)?(?<atom>[^+@]+)(?:\+(?<down>\d*))?$/;

function selectTerm(manifest: Manifest, edges: Edges, term: string, options: SelectOptions): Set<string> {
  const groups = TERM.exec(term)?.groups;
  if (groups === undefined || (groups['at'] !== undefined && groups['down'] !== undefined)) {
    throw new UserError(
      'BAD_ARGUMENT',
      `"${term}" is no selection. Write for example rsi, +rsi, rsi+1, @rsi or tag:daily.`,
    );
  }
  const start = selectAtom(manifest, groups['atom'] ?? '', options);
  if (groups['at'] !== undefined) {
    const reached = walk(start, edges.downstream, '');
    return walk([...reached], edges.upstream, '');
  }
  const selected = new Set(start);
  for (const name of walk(start, edges.upstream, groups['up'])) selected.add(name);
  for (const name of walk(start, edges.downstream, groups['down'])) selected.add(name);
  return selected;
}

/** Breadth first; no `steps` is none at all, and an empty text is no limit. */
function walk(start: readonly string[], edges: ReadonlyMap<string, readonly string[]>, steps: string | undefined) {
  const reached = new Set(start);
  const limit = steps === undefined ? 0 : steps === '' ? Infinity : Number(steps);
  let level = start;
  for (let step = 0; step < limit && level.length > 0; step++) {
    level = [...new Set(level.flatMap((name) => edges.get(name) ?? []))].filter((name) => !reached.has(name));
    for (const name of level) reached.add(name);
  }
  return reached;
}

function selectAtom(manifest: Manifest, atom: string, { changed }: SelectOptions): readonly string[] {
  const all = manifest.computations;
  if (atom === '*') return all.map(({ name }) => name);
  const [, method, value = ''] = /^([a-z]+):(.+)$/.exec(atom) ?? [];
  if (method === undefined) return selectNamed(manifest, atom);
  if (method === 'state')
    return selectState(
      value,
      all.map(({ name }) => name),
      changed,
    );
  if (method === 'path') return selectPath(manifest, value);
  const valuesOf = ownMember(METHODS, method);
  if (valuesOf === undefined)
    throw unknown('BAD_ARGUMENT', 'selection method', method, [...Object.keys(METHODS), 'path', 'state']);
  const fits = fitting(value);
  const names = all.filter((each) => valuesOf(each).some(fits)).map(({ name }) => name);
  if (names.length > 0) return names;
  throw unknown(
    'BAD_ARGUMENT',
    ownMember(LABELS, method) ?? method,
    value,
    new Set(all.flatMap((each) => valuesOf(each))),
  );
}

/** Computations by name; a dataset's name stands for what reads it. */
function selectNamed(manifest: Manifest, typed: string): readonly string[] {
  const fits = fitting(typed);
  const names = manifest.computations.map(({ name }) => name);
  const found = names.filter(fits);
  if (found.length > 0) return found;
  const readers = manifest.computations.filter((each) => datasetsReadBy(each).some(fits)).map(({ name }) => name);
  if (readers.length > 0) return readers;
  throw unknown('UNKNOWN_COMPUTATION', 'computation', typed, names);
}

/** By the files of their modules: one, a folder's, or those that a pattern fits. */
function selectPath(manifest: Manifest, typed: string): readonly string[] {
  const path = typed.replace(/^\.\//, '').replace(/\/+$/, '');
  const pattern = new RegExp(`^${patternOf(path, '[^/]*')}(?:/.*)?$`);
  const found = manifest.computations.filter(({ module }) => pattern.test(module)).map(({ name }) => name);
  if (found.length > 0) return found;
  throw unknown(
    'BAD_ARGUMENT',
    'file or folder of computations',
    typed,
    new Set(manifest.computations.map(({ module }) => module)),
  );
}

/** Whether a name is the one that was typed, in whatever case and style, or fits its pattern. */
function fitting(typed: string): (name: string) => boolean {
  if (typed.includes('*')) {
    const pattern = new RegExp(`^${patternOf(typed, '.*')}$`, 'i');
    return (name) => pattern.test(name);
  }
  const wanted = normalizeName(typed);
  return (name) => name === typed || (wanted !== undefined && normalizeName(name) === wanted);
}

/** A regular expression's source: `*` is `star`, `**` anything, all else itself. */
const patternOf = (typed: string, star: string): string =>
  typed
    .split(/(\*+)/)
    .map((part) =>
      part === '*' ? star : part.startsWith('*') ? '.*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`),
    )
    .join('');

type ValuesOf = (computation: Manifest['computations'][number]) => readonly string[];

const METHODS: Readonly<Record<string, ValuesOf>> = {
  category: ({ category }) => [category],
  tag: ({ tags }) => tags,
  line: ({ productLines }) => productLines,
  dataset: datasetsReadBy,
};
const LABELS: Readonly<Record<string, string>> = { line: 'product line', dataset: 'dataset that a computation reads' };

function selectState(
  value: string,
  all: readonly string[],
  changed: ReadonlySet<string> | undefined,
): readonly string[] {
  if (value !== 'changed') throw unknown('BAD_ARGUMENT', 'state', value, ['changed']);
  if (changed !== undefined) return all.filter((name) => changed.has(name));
  throw new UserError('BAD_ARGUMENT', '"state:changed" needs the last run’s state, which this command does not read.');
}

function unknown(code: 'UNKNOWN_COMPUTATION' | 'BAD_ARGUMENT', what: string, name: string, known: Iterable<string>) {
  const suggestion = didYouMean(name, known);
  const list = [...known].sort().join(', ');
  const remedy = suggestion === undefined ? `There are: ${list || 'none'}.` : `Did you mean "${suggestion}"?`;
  return new UserError(code, `There is no ${what} "${name}". ${remedy}`);
}
