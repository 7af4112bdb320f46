/** Field paths (`a.b`, `` a.`b.c` ``) and the fields that they name. */
import { MAX_FIELD_PATH_BYTES } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Fields, Value } from './schemas.ts';

export type FieldPath = readonly string[];

export const NAME_FIELD = '__name__';

export const isNameField = (path: FieldPath): boolean => path.length === 1 && path[0] === NAME_FIELD;

const SEGMENT = /(?:([a-zA-Z_\u0080-\uffff][\w\u0080-\uffff-]*)|`((?:[^`\\]|\\.)+)`)(\.|$)/y;

const parsed = new Map<string, FieldPath>();

/** @throws INVALID_ARGUMENT for a path that the service cannot parse. */
export function parseFieldPath(text = ''): FieldPath {
  const known = parsed.get(text);
  if (known) return known;
  const path: string[] = [];
  SEGMENT.lastIndex = 0;
  for (let more = true; more;) {
    const match = SEGMENT.exec(text);
    if (!match) throw invalidArgument(`Invalid property path "${text}".`);
    path.push(match[1] ?? (match[2] ?? '').replace(/\\(.)/g, '$1'));
    more = match[3] === '.';
  }
  if (Buffer.byteLength(text) > MAX_FIELD_PATH_BYTES) {
    throw invalidArgument(`A field path is longer than ${MAX_FIELD_PATH_BYTES} bytes.`);
  }
  if (parsed.size > 10_000) parsed.clear();
  parsed.set(text, path);
  return path;
}

/** The paths of a mask, but for `__name__`, which every document has. */
export const parseMask = (paths: readonly (string | undefined)[] = []): FieldPath[] =>
  paths.map((text) => parseFieldPath(text)).filter((path) => !isNameField(path));

/** One spelling for each path, for keys and messages. */
export const fieldPathText = (path: FieldPath): string =>
  path.map((name) => (/^[a-zA-Z_]\w*$/.test(name) ? name : `\`${name.replace(/[\\`]/g, '\\$&')}\``)).join('.');

const child = (fields: Fields | undefined, name: string): Value | undefined =>
  fields && Object.hasOwn(fields, name) ? fields[name] : undefined;

/** Goes on from the value of a path's first name to the value of the whole path. */
export function below(first: Value | undefined, path: FieldPath): Value | undefined {
  let value = first;
  for (let depth = 1; depth < path.length && value; depth += 1) {
    value = value.valueType === 'mapValue' ? child(value.mapValue.fields, path[depth] as string) : undefined;
  }
  return value;
}

export const getField = (fields: Fields, path: FieldPath): Value | undefined =>
  below(child(fields, path[0] as string), path);

/** Sets the field in place (maps on the way are made), or removes it when there is no value. Shared maps are copied. */
export function setField(fields: Fields, path: FieldPath, value: Value | undefined): void {
  let target = fields;
  for (const name of path.slice(0, -1)) {
    const next = child(target, name);
    if (next?.valueType !== 'mapValue' && value === undefined) return;
    const copy: Fields = next?.valueType === 'mapValue' ? { ...next.mapValue.fields } : {};
    target[name] = { valueType: 'mapValue', mapValue: { fields: copy } };
    target = copy;
  }
  const last = path[path.length - 1] as string;
  if (value === undefined) delete target[last];
  else target[last] = value;
}

/** Only the fields under the given paths. */
export function project(fields: Fields, paths: readonly FieldPath[]): Fields {
  const kept: Fields = {};
  for (const path of paths) {
    const value = getField(fields, path);
    if (value) setField(kept, path, value);
  }
  return kept;
}
