/** What types cannot rule out in a project's definitions, each named with file, line and remedy. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { isComputation, type Computation } from '../model/computation.ts';
import { isDataset, type Dataset } from '../model/dataset.ts';
import type { HistoryNeed, Need } from '../model/need.ts';
import { unstorableIn } from '../model/storable-schema.ts';
import type { Discovered, Discovery } from './discover.ts';
import { importCycleError } from './import-module.ts';
import type { ModuleGraph } from './module-graph.ts';
import { didYouMean } from '../../values/suggest.ts';

/** @throws {UserError} BAD_DEFINITION, UNKNOWN_COMPUTATION, UNKNOWN_DATASET or CYCLE, for the first thing wrong. */
export function checkDefinitions(discovery: Discovery, graph: ModuleGraph): void {
  const placeOf = ({ module, line }: Discovered): string => `${graph.relative(module.path)}:${line}`;
  const byName = new Map<string, Discovered>();
  for (const found of [...discovery.computations, ...discovery.datasets]) {
    const { name } = found.value;
    const namesake = byName.get(name);
    if (namesake !== undefined) {
      throw new UserError(
        'BAD_DEFINITION',
        `${placeOf(found)}: the name "${name}" is taken by ${placeOf(namesake)}. Give one of the two another name.`,
      );
    }
    byName.set(name, found);
  }
  for (const found of discovery.datasets) {
    checkDataset(found.value, placeOf(found));
    checkClosingMarker(found.value, placeOf(found), byName);
  }
  for (const found of discovery.computations) {
    checkStorable(found.value.output, `${placeOf(found)}: ${found.value.name}: output`);
    for (const [key, need] of Object.entries(found.value.needs)) {
      const where = `${placeOf(found)}: ${found.value.name} needs "${key}"`;
      checkNeed(need, where, found, graph);
      checkKnown(need, where, found.value, byName, placeOf);
      const seed = seedOf(need, where);
      if (seed === undefined) continue;
      checkNeed(seed, `${where}, its seed`, found, graph);
      checkKnown(seed, `${where}, its seed`, found.value, byName, placeOf);
    }
  }
}

function checkDataset(dataset: Dataset, where: string): void {
  const option = dataset.kind === 'document' ? 'document' : 'entity';
  if (dataset.schema instanceof z.ZodType) return checkStorable(dataset.schema, `${where}: ${dataset.name}: ${option}`);
  throw new UserError(
    'BAD_DEFINITION',
    `${where}: the dataset ${dataset.name} has no schema. Give it one: ${option}: z.object({ … }).`,
  );
}

/** Readers get what was stored, and their types say that it is what the schema gives. */
function checkStorable(schema: z.ZodType, where: string): void {
  const found = unstorableIn(schema);
  if (found === undefined) return;
  const { path, what, remedy } = found;
  throw new UserError('BAD_DEFINITION', `${where}${path} is ${what}, which is not stored as what it is. ${remedy}`);
}

/** The indexer knows datasets by the manifest, so the marker's must be in it. */
function checkClosingMarker({ name, complete }: Dataset, where: string, byName: ReadonlyMap<string, Discovered>): void {
  const marker = complete?.closingMarker;
  if (marker === undefined || typeof marker === 'string' || byName.get(marker.name)?.value === marker) return;
  throw new UserError(
    'UNKNOWN_DATASET',
    `${where}: the document "${marker.name}" that closes the days of ${name} is exported by no module. Export its definition.`,
  );
}

function checkNeed(need: Need, where: string, found: Discovered, graph: ModuleGraph): void {
  const wanted = WANTED[need?.kind];
  if (wanted === undefined || (wanted !== NOTHING && !('of' in need))) {
    throw new UserError(
      'BAD_DEFINITION',
      `${where}, which is no need. Write dependency(…), previous(), history(…), dataset(…), joined(…), document(…) or latest(…).`,
    );
  }
  if ('of' in need && !wanted.accepts(need.of)) {
    const ring = need.of === undefined ? graph.importCycle(found.module) : undefined;
    if (ring !== undefined) throw importCycleError(where, ring);
    throw new UserError(
      'BAD_DEFINITION',
      `${where}, but what ${need.kind}(…) was given is no ${wanted.called}.${insteadOf(need)}`,
    );
  }
  if ('days' in need && !(Number.isInteger(need.days) && need.days > 0)) {
    throw new UserError(
      'BAD_DEFINITION',
      `${where}: a history of ${need.days} days. Give it a whole number of days, 1 or more.`,
    );
  }
}

/** @throws {UserError} BAD_DEFINITION when it is no window of something else. */
function seedOf(need: Need, where: string): HistoryNeed | undefined {
  const seed: Need | undefined = need.kind === 'previous' ? need.seed : undefined;
  if (seed === undefined || seed?.kind === 'history') return seed;
  throw new UserError(
    'BAD_DEFINITION',
    `${where}: the seed of previous(…) is no window of another computation's results or of documents. Write previous({ seed: history(prices, 40) }).`,
  );
}

interface Wanted {
  readonly called: string;
  readonly accepts: (of: unknown) => boolean;
}
const NOTHING: Wanted = { called: 'input', accepts: () => true };
const WANTED: Readonly<Record<string, Wanted>> = {
  previous: NOTHING,
  'own-history': NOTHING,
  dependency: { called: 'computation', accepts: isComputation },
  dataset: { called: 'entity dataset', accepts: (of) => isDataset(of) && of.kind === 'entities' },
  joined: {
    called: 'entity dataset or computation',
    accepts: (of) => isComputation(of) || (isDataset(of) && of.kind === 'entities'),
  },
  document: { called: 'document dataset', accepts: (of) => isDataset(of) && of.kind === 'document' },
  latest: { called: 'document dataset', accepts: (of) => isDataset(of) && of.kind === 'document' },
  history: {
    called: 'computation or document dataset',
    accepts: (of) => isComputation(of) || (isDataset(of) && of.kind === 'document'),
  },
};

/** How to read what was given to the wrong need; empty where nobody knows. */
function insteadOf({ kind, of }: Extract<Need, { of: unknown }>): string {
  if (kind !== 'joined' && kind !== 'latest') return '';
  const given: unknown = of;
  if (isComputation(given))
    return ` The results of ${given.name} are read with dependency(…), and earlier ones with history(…).`;
  if (!isDataset(given)) return '';
  return given.kind === 'document'
    ? ` ${given.name} has one document a day: read it with document(…), or the newest with latest(…).`
    : ` ${given.name} has many entities a day: stream them with dataset(…).`;
}

/** A worker finds a definition by its export, so what is needed must be exported; of namesakes, that very one. */
function checkKnown(
  need: Need,
  where: string,
  owner: Computation,
  byName: ReadonlyMap<string, Discovered>,
  placeOf: (found: Discovered) => string,
): void {
  if (!('of' in need)) return;
  const { name } = need.of;
  if (need.of === owner) {
    throw new UserError('CYCLE', `${where}, which is itself. Use previous() or history(days) for its earlier results.`);
  }
  const known = byName.get(name);
  if (known?.value === need.of) return;
  const [code, what] = isComputation(need.of)
    ? (['UNKNOWN_COMPUTATION', 'computation'] as const)
    : (['UNKNOWN_DATASET', 'dataset'] as const);
  if (known !== undefined) {
    throw new UserError(code, `${where}: its ${what} "${name}" is not the one of ${placeOf(known)}. Import that one.`);
  }
  const suggestion = didYouMean(name, byName.keys());
  throw new UserError(
    code,
    `${where}: the ${what} "${name}" that it reads is exported by no module. Export its definition` +
      (suggestion === undefined ? '.' : `, or did you mean "${suggestion}"?`),
  );
}
