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
 * - `rsi` one computation; `*` all of them
 * - `category:signals`, `tag:daily`, `line:stocks` (product line), `dataset:prices` (direct readers), `state:changed`
 * - `+rsi`, `rsi+`, `+rsi+` with all that it reads, with all that reads it, with both; `2+rsi`, `rsi+1` up to so many steps
 * - terms joined by spaces or commas add up; `!term` takes away (from all, when nothing is added)
 *
 * @throws {UserError} UNKNOWN_COMPUTATION, or BAD_ARGUMENT for anything else that names nothing; with the nearest name.
 */
export function selectComputations(manifest: Manifest, expression: string, options: SelectOptions = {}): Set<string> {
  const terms = expression.split(/[\s,]+/).filter((term) => term !== '');
  const added = terms.filter((term) => !term.startsWith('!'));
  const takenAway = terms.filter((term) => term.startsWith('!')).map((term) => term.slice(1));
  const edges = edgesOf(manifest);
  const selected = new Set<string>();
  for (const term of added.length > 0 ? added : ['*']) {
    for (const name of selectTerm(manifest, edges, term, options)) selected.add(name);
  }
  for (const term of takenAway) {
    for (const name of selectTerm(manifest, edges, term, options)) selected.delete(name);
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

/** `2+` before, a name or `method:value`, `+1` after. */
const TERM = /^(?:(?<up>\d*)\+)?(?<atom>[^+]+)(?:\+(?<down>\d*))?$/;

function selectTerm(manifest: Manifest, edges: Edges, term: string, options: SelectOptions): Set<string> {
  const groups = TERM.exec(term)?.groups;
  if (groups === undefined) {
    throw new UserError('BAD_ARGUMENT', `"${term}" is no selection. Write for example rsi, +rsi, rsi+1 or tag:daily.`);
  }
  const start = selectAtom(manifest, groups['atom'] ?? '', options);
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
  if (method === undefined) {
    const name = normalizeName(atom) ?? atom;
    if (all.some((computation) => computation.name === name)) return [name];
    throw unknown(
      'UNKNOWN_COMPUTATION',
      'computation',
      atom,
      all.map((computation) => computation.name),
    );
  }
  if (method === 'state')
    return selectState(
      value,
      all.map(({ name }) => name),
      changed,
    );
  const valuesOf = ownMember(METHODS, method);
  if (valuesOf === undefined)
    throw unknown('BAD_ARGUMENT', 'selection method', method, [...Object.keys(METHODS), 'state']);
  const wanted = normalizeName(value);
  const names = all
    .filter((each) => valuesOf(each).some((found) => found === value || normalizeName(found) === wanted))
    .map(({ name }) => name);
  if (names.length > 0) return names;
  throw unknown(
    'BAD_ARGUMENT',
    ownMember(LABELS, method) ?? method,
    value,
    new Set(all.flatMap((each) => valuesOf(each))),
  );
}

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
