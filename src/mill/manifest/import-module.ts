/** Imports one of the project's modules, and says what went wrong in terms of the project's files. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { authorCode, sayStray } from '../../process/author-code.ts';
import { toError, UserError } from '../../errors.ts';
import type { ModuleGraph } from './module-graph.ts';
import type { SourceModule } from './source-module.ts';

/** V8's words for a binding that is read before its declaration ran. */
const USED_TOO_EARLY = /^Cannot access '(.+)' before initialization$/;

/**
 * The module's namespace.
 * @throws {UserError} CYCLE when modules import each other in a ring and one reads another too early; BAD_DEFINITION for
 * whatever else the module throws, with file and line where the stack tells them.
 */
export async function importModule(graph: ModuleGraph, module: SourceModule): Promise<Record<string, unknown>> {
  const name = graph.relative(module.path);
  try {
    const code = authorCode({ name, onStray: sayStray(name) });
    return await code.wait(() => import(pathToFileURL(module.path).href) as Promise<Record<string, unknown>>);
  } catch (thrown) {
    throw explain(toError(thrown), graph, module, thrown);
  }
}

function explain(error: Error, graph: ModuleGraph, module: SourceModule, cause: unknown): UserError {
  const where = positionIn(error, graph) ?? graph.relative(module.path);
  const tooEarly = USED_TOO_EARLY.exec(error.message)?.[1];
  if (tooEarly !== undefined) {
    const ring = graph.importCycle(module);
    if (ring !== undefined) return importCycleError(where, ring, cause);
    return new UserError(
      'BAD_DEFINITION',
      `${where}: "${tooEarly}" is used before it is defined. Move its definition up; ` +
        'a computation that reads its own earlier results says previous() or history(days).',
      { cause },
    );
  }
  if (error.name === 'UserError') return new UserError('BAD_DEFINITION', `${where}: ${error.message}`, { cause });
  return new UserError(
    'BAD_DEFINITION',
    `${where}: importing this module failed: ${inProject(error.message, graph)}. Discovery runs every module below the computations' folder.`,
    { cause },
  );
}

export const importCycleError = (where: string, ring: readonly string[], cause?: unknown): UserError =>
  new UserError(
    'CYCLE',
    `${where}: modules import each other in a ring: ${ring.join(' -> ')}. ` +
      'Move what they share into a module that imports neither, or drop the need that closes the ring.',
    { cause },
  );

/** Node names modules from the root of the file system. */
const inProject = (message: string, graph: ModuleGraph): string =>
  message.replaceAll(/(?:file:\/\/)?\/[^\s'"]+/g, (place) => {
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    return graph.holds(path) ? graph.relative(path) : place;
  });

/** `file:line` of the innermost stack frame inside the project. */
function positionIn(error: Error, graph: ModuleGraph): string | undefined {
  for (const [, place = '', line] of (error.stack ?? '').matchAll(/((?:file:\/\/)?\/[^\s():]+):(\d+)/g)) {
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (graph.holds(path)) return `${graph.relative(path)}:${line}`;
  }
  return undefined;
}
