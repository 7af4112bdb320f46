/** Makes the manifest of a project: discovers, checks, levels and fingerprints its computations. */
import { UserError } from '../../errors.ts';
import type { Completeness } from '../model/completeness.ts';
import { type CodePiece, type ManifestCode, pieceIdIn } from '../model/code-piece.ts';
import { isKeyed, type Computation } from '../model/computation.ts';
import { assertWithinGraphLimits } from '../model/graph-limits.ts';
import { type CompleteWhen, type Dataset, filesOf } from '../model/dataset.ts';
import type { Manifest, ManifestComputation, ManifestDataset } from '../model/manifest.ts';
import { MANIFEST_VERSION } from '../model/manifest.ts';
import { type Hash, hashOfParts } from '../../values/hash.ts';
import { checkDefinitions } from './check-definitions.ts';
import { findCycle } from './cycle.ts';
import { discover, type Discovered, type Discovery } from './discover.ts';
import { computationsReadBy } from './edges.ts';
import { Fingerprints } from './fingerprints.ts';
import { manifestNeedsOf } from './manifest-needs.ts';
import { ModuleGraph } from './module-graph.ts';
import { type KnownPackages, PackageIntegrity } from './package-integrity.ts';
import { definitionKey, DESCRIPTIVE_FOR_LOADING } from './normalize-syntax.ts';
import type { Directories } from './modules-in.ts';
import { passesOf } from './passes.ts';

/** The system epoch of a project that never raised it. */
export const FIRST_EPOCH = 1;

export interface BuildOptions {
  /** The project's folder. */
  readonly root: string;
  /** Where its computations are, relative to the root; every `*.ts` module below it is imported, tests aside. */
  readonly directory: Directories;
  /** Raise it to make every result of the project again. */
  readonly epoch?: number;
}

/**
 * @throws {UserError} naming file and line: BAD_DEFINITION, CYCLE, UNKNOWN_COMPUTATION or UNKNOWN_DATASET (a need for
 * something that no module exports), MISSING_FILE (no such directory).
 */
export const buildManifest = async (options: BuildOptions): Promise<Manifest> =>
  (await buildManifestFrom(options)).manifest;

/** A manifest with what it was made from. */
export interface BuiltManifest {
  readonly manifest: Manifest;
  readonly graph: ModuleGraph;
}

/** `packages` is what is known of installed packages; what is found is added. */
export async function buildManifestFrom(
  { root, directory, epoch = FIRST_EPOCH }: BuildOptions,
  packages?: KnownPackages,
): Promise<BuiltManifest> {
  const graph = new ModuleGraph(root);
  const discovery = await discover(graph, directory);
  checkDefinitions(discovery, graph);
  const passOf = levels(discovery, graph);
  const hashes = fingerprinter(discovery, graph, epoch, new PackageIntegrity(packages));
  const code = new CodeTable();
  const computations = discovery.computations.map((found): ManifestComputation => {
    const { value, module, exportName, line } = found;
    const { fingerprint, pieces, untrusted } = hashes.of(found);
    code.add(value.name, pieces);
    return {
      name: value.name,
      category: value.category,
      productLines: [...value.productLines],
      tags: [...value.tags],
      ...(value.description === undefined ? {} : { description: value.description }),
      pass: passOf.get(value.name) ?? 1,
      module: graph.relative(module.path),
      exportName,
      line,
      needs: manifestNeedsOf(value),
      shape: value.work.shape,
      keyed: isKeyed(value.output),
      timeoutSeconds: value.timeoutSeconds,
      fingerprint,
      ...(untrusted === undefined ? {} : { untrusted }),
    };
  });
  assertWithinGraphLimits(computations);
  computations.sort((a, b) => a.pass - b.pass || byName(a, b));
  const manifest: Manifest = {
    version: MANIFEST_VERSION,
    passes: computations.at(-1)?.pass ?? 0,
    computations,
    datasets: discovery.datasets.map((found) => manifestDataset(found, graph, hashes.loaderOf(found))).sort(byName),
    code: code.table,
    files: Object.fromEntries([...graph.files].map(([path, hash]) => [graph.relative(path), hash])),
  };
  return { manifest, graph };
}

/** Many computations reach the same piece: it is kept once. */
class CodeTable {
  readonly table: ManifestCode = { pieces: [], reached: {} };
  readonly #indexOf = new Map<string, number>();

  add(computation: string, pieces: readonly CodePiece[]): void {
    this.table.reached[computation] = pieces.map((piece) => {
      const key = pieceIdIn(piece, '');
      const index = this.#indexOf.get(key) ?? this.table.pieces.push(piece) - 1;
      this.#indexOf.set(key, index);
      return index;
    });
  }
}

/** Pass of each computation by name. */
function levels(discovery: Discovery, graph: ModuleGraph): ReadonlyMap<string, number> {
  const needs = new Map(
    discovery.computations.map(({ value }) => [value.name, computationsReadBy({ needs: manifestNeedsOf(value) })]),
  );
  const { passOf, leftOver } = passesOf(needs);
  if (leftOver.length === 0) return passOf;
  const cycle = findCycle(needs) ?? leftOver;
  const first = discovery.computations.find(({ value }) => value.name === cycle[0]);
  const where = first === undefined ? '' : `${graph.relative(first.module.path)}:${first.line}: `;
  throw new UserError(
    'CYCLE',
    `${where}computations need each other in a ring: ${cycle.join(' -> ')}. ` +
      'Drop one of these needs, or split what two of them share into a computation of its own.',
  );
}

function fingerprinter(discovery: Discovery, graph: ModuleGraph, epoch: number, integrity: PackageIntegrity) {
  const labels = new Map<string, string>();
  const labelOf = new Map<unknown, string>();
  for (const { value, module, localName } of [...discovery.computations, ...discovery.datasets]) {
    const label = `${value.kind === 'computation' ? 'computation' : 'dataset'}:${value.name}`;
    labelOf.set(value, label);
    if (localName !== undefined) labels.set(definitionKey(module.path, localName), label);
  }
  const fingerprints = new Fingerprints(graph, labels, { epoch, integrity });
  const loaders = new Fingerprints(graph, labels, { epoch, integrity, uncounted: DESCRIPTIVE_FOR_LOADING });
  return {
    of({ value, module, localName }: Discovered<Computation>) {
      const needs = Object.values(value.needs).flatMap((need) =>
        'of' in need && need.of.kind === 'computation' ? [labelOf.get(need.of) ?? ''] : [],
      );
      return fingerprints.of({ module, localName, needs: new Set(needs) });
    },
    loaderOf({ module, localName }: Discovery['datasets'][number]): Hash {
      const { code, layer, infrastructure } = loaders.of({ module, localName, needs: new Set() }).fingerprint;
      return hashOfParts([code, layer, infrastructure]);
    },
  };
}

function manifestDataset(
  { value, module, exportName }: Discovery['datasets'][number],
  graph: ModuleGraph,
  loader: Hash,
): ManifestDataset {
  return {
    name: value.name,
    kind: value.kind,
    ...(value.description === undefined ? {} : { description: value.description }),
    module: graph.relative(module.path),
    exportName,
    ...(value.complete === undefined ? {} : { complete: completenessOf(value.complete) }),
    ...(value.expected === undefined ? {} : { expected: value.expected }),
    ...filesEntry(value),
    loader,
  };
}

function filesEntry(dataset: Dataset): Pick<ManifestDataset, 'files'> {
  const source = filesOf(dataset);
  if (source === undefined) return {};
  const { pattern, closedBy, allowEmpty } = source;
  return {
    files: {
      pattern,
      ...(closedBy === undefined ? {} : { closedBy }),
      ...(allowEmpty === undefined ? {} : { allowEmpty }),
    },
  };
}

function completenessOf({ canaries = [], closingMarker, minimumCount }: CompleteWhen): Completeness {
  const marker =
    typeof closingMarker === 'string'
      ? ({ kind: 'entity', id: closingMarker } as const)
      : closingMarker && ({ kind: 'document', dataset: closingMarker.name } as const);
  return {
    canaries: [...new Set(canaries)].sort(),
    ...(marker === undefined ? {} : { closingMarker: marker }),
    ...(minimumCount === undefined ? {} : { minimumCount }),
  };
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : Number(a.name > b.name));
