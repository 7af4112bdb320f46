/** Finds the computations and datasets that a project's modules export. */
import { isComputation, type Computation } from '../model/computation.ts';
import { isDataset, type Dataset } from '../model/dataset.ts';
import { importModule } from './import-module.ts';
import type { ModuleGraph } from './module-graph.ts';
import { type Directories, modulesIn } from './modules-in.ts';
import type { SourceModule } from './source-module.ts';

/** A definition and the export under which a worker finds it again. */
export interface Discovered<T extends Computation | Dataset = Computation | Dataset> {
  readonly value: T;
  readonly module: SourceModule;
  readonly exportName: string;
  /** Its top-level name inside of the module; undefined when the parser cannot see where it comes from. */
  readonly localName: string | undefined;
  readonly line: number;
}

export interface Discovery {
  /** In the order of their modules' paths. */
  readonly computations: readonly Discovered<Computation>[];
  readonly datasets: readonly Discovered<Dataset>[];
}

/**
 * All that is exported below the directories, and what that needs from modules elsewhere in the project. A definition under
 * several names, or exported again by another module, counts once: where it is written wins.
 * @throws {UserError} MISSING_FILE, BAD_DEFINITION, CYCLE
 */
export async function discover(graph: ModuleGraph, directory: Directories): Promise<Discovery> {
  const inside = modulesIn(graph.root, directory).map((path) => graph.moduleAt(path));
  const exported = new Map<unknown, Discovered>();
  for (const module of inside) await collect(graph, module, exported);
  const found = new Set(exported.values());
  const outside = graph.closureOf(inside).filter((module) => !inside.includes(module));
  let looked = false;
  for (const { value } of found) {
    if (!isComputation(value)) continue;
    for (const need of Object.values(value.needs)) {
      if (typeof need !== 'object' || !('of' in need)) continue;
      if (!exported.has(need.of) && !looked) {
        for (const module of outside) await collect(graph, module, exported);
        looked = true;
      }
      const definition = exported.get(need.of);
      if (definition !== undefined) found.add(definition);
    }
  }
  const all = [...found];
  return {
    computations: all.filter((each): each is Discovered<Computation> => isComputation(each.value)),
    datasets: all.filter((each): each is Discovered<Dataset> => isDataset(each.value)),
  };
}

async function collect(graph: ModuleGraph, module: SourceModule, into: Map<unknown, Discovered>): Promise<void> {
  const namespace = await importModule(graph, module);
  for (const [exportName, value] of Object.entries(namespace)) {
    if (into.has(value) || !(isComputation(value) || isDataset(value))) continue;
    into.set(value, { value, ...homeOf(graph, module, exportName) });
  }
}

/** Where an export is written, and under which name that module exports it. */
function homeOf(graph: ModuleGraph, module: SourceModule, exportName: string): Omit<Discovered, 'value'> {
  const meaning = graph.exportOf(module, exportName);
  if (meaning?.kind !== 'declaration') return { module, exportName, localName: undefined, line: 1 };
  const { module: home, name: localName, unit } = meaning;
  const exported = [...home.exports].find(([, local]) => local === localName)?.[0];
  const place = exported === undefined ? { module, exportName } : { module: home, exportName: exported };
  return { ...place, localName, line: unit.line };
}
