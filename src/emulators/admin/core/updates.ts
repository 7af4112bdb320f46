/** Changes to a resource: what a mask names, and nothing else. https://google.aip.dev/134 */
import type protobuf from 'protobufjs';
import { type Json, setAt, valueAt } from './json.ts';
import { camelCase } from './protos.ts';
import { behavioursOf, fieldAt, invalid } from './read-message.ts';

/** Members that the mask names; of no mask, or `*`, all that are given. @throws {ApiError} INVALID_ARGUMENT for a path that there is not, or that never changes. */
export function pathsOf(type: protobuf.Type, mask: unknown, given: Json): string[] {
  const text = typeof mask === 'string' ? mask : '';
  if (text === '' || text === '*')
    return Object.keys(given).filter((path) => !behavioursOf(fieldAt(type, path)).some((one) => FIXED.has(one)));
  return text.split(',').map((path) => {
    const field = fieldAt(type, path);
    const fixed = behavioursOf(field).find((one) => FIXED.has(one));
    if (fixed !== undefined) throw invalid(`The field '${path}' of the update mask is ${fixed}.`);
    return path.split('.').map(camelCase).join('.');
  });
}

const FIXED: ReadonlySet<string> = new Set(['OUTPUT_ONLY', 'IMMUTABLE', 'IDENTIFIER']);

/** As it is once the paths are as they are given. */
export function changed(live: Json, given: Json, paths: readonly string[]): Json {
  const next = structuredClone(live);
  for (const path of paths) setAt(next, path, structuredClone(valueAt(given, path)));
  return next;
}
