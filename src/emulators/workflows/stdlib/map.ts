/** https://cloud.google.com/workflows/docs/reference/stdlib/map/get and its neighbours. */
import { systemError } from '../errors.ts';
import { isList, isMap, typeName } from '../value.ts';
import type { Value, ValueMap } from '../value.ts';
import { pure } from './define.ts';

export const map = {
  get: pure({ map: 'any', keys: 'any' }, ({ map, keys }) => {
    const path = isList(keys) ? keys : [keys];
    let value: Value = map;
    for (const key of path) {
      if (typeof key !== 'string') throw systemError('TypeError', `a map key must be a string, not ${typeName(key)}`);
      value = isMap(value) ? (value.get(key) ?? null) : null;
    }
    return value;
  }),
  delete: pure({ map: 'map', key: 'string' }, ({ map, key }) => new Map([...map].filter(([name]) => name !== key))),
  merge: pure({ first: 'map', second: 'map' }, ({ first, second }) => new Map([...first, ...second])),
  merge_nested: pure({ first: 'map', second: 'map' }, ({ first, second }) => mergeNested(first, second)),
};

function mergeNested(first: ValueMap, second: ValueMap): ValueMap {
  const merged = new Map(first);
  for (const [key, value] of second) {
    const before = merged.get(key);
    merged.set(key, isMap(before) && isMap(value) ? mergeNested(before, value) : value);
  }
  return merged;
}
