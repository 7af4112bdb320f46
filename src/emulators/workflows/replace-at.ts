/** Assignment into a map or list. */
import { systemError } from './errors.ts';
import { listIndex, lookUp } from './evaluate.ts';
import { isList, isMap, typeName } from './value.ts';
import type { Value } from './value.ts';

/** A copy of `container` with `value` at `path`: values are never shared, so a change is seen under one name only. */
export function replaceAt(container: Value, path: readonly Value[], value: Value): Value {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (isMap(container)) {
    if (typeof key !== 'string') throw systemError('TypeError', `a map key must be a string, not ${typeName(key)}`);
    // Maps on the way that do not exist yet are made.
    const inner = rest.length === 0 ? null : (container.get(key) ?? new Map<string, Value>());
    return new Map(container).set(key, replaceAt(inner, rest, value));
  }
  if (isList(container)) {
    return container.with(listIndex(container, key), replaceAt(lookUp(container, key), rest, value));
  }
  throw systemError('TypeError', `cannot assign into a value of type ${typeName(container)}`);
}
