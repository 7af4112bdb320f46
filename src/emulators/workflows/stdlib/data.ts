/** Modules that work on values: https://cloud.google.com/workflows/docs/reference/stdlib/overview */
import { systemError } from '../errors.ts';
import { fromJson } from '../parse-json.ts';
import { isInt64, isList, isMap, toJson, typeName } from '../value.ts';
import type { Value, ValueMap } from '../value.ts';
import { pure } from './define.ts';
import { decodeText } from './text.ts';

export const base64 = {
  encode: pure({ data: 'string or bytes', padding: 'boolean?' }, ({ data, padding }) => {
    const text = Buffer.from(data as Uint8Array).toString('base64');
    return padding === false ? text.replace(/=+$/, '') : text;
  }),
  decode: pure({ data: 'string or bytes', padding: 'boolean?' }, ({ data, padding }) => {
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    const padded = padding === false ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(padded)) {
      throw systemError('ValueError', 'invalid base64');
    }
    return new Uint8Array(Buffer.from(padded, 'base64'));
  }),
};

export const json = {
  decode: pure({ data: 'string or bytes' }, ({ data }) => {
    try {
      return fromJson(typeof data === 'string' ? data : decodeText(data, undefined));
    } catch (error) {
      throw error instanceof SyntaxError ? systemError('ValueError', `invalid JSON: ${error.message}`) : error;
    }
  }),
  encode: pure({ data: 'any' }, ({ data }) => new TextEncoder().encode(encodeJson(data))),
  encode_to_string: pure({ data: 'any' }, ({ data }) => encodeJson(data)),
};

/** @throws {Raised} TypeError for what JSON cannot hold. */
export function encodeJson(value: Value): string {
  try {
    return toJson(value);
  } catch (error) {
    throw error instanceof TypeError ? systemError('TypeError', error.message) : error;
  }
}

export const list = {
  concat: pure({ objs: 'list', val: 'any' }, ({ objs, val }) => [...objs, val]),
  prepend: pure({ objs: 'list', val: 'any' }, ({ objs, val }) => [val, ...objs]),
};

export const map = {
  get: pure({ map: 'any', keys: 'any' }, ({ map, keys }) => {
    let value: Value = map;
    for (const key of isList(keys) ? keys : [keys]) {
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

export const math = {
  abs: pure({ x: 'number' }, ({ x }) => {
    if (typeof x === 'number') return Math.abs(x);
    const result = x < 0n ? -x : x;
    if (isInt64(result)) return result;
    throw systemError('ValueError', `math.abs: ${result} exceeds 64 bits`);
  }),
  max: pure({ x: 'number', y: 'number' }, ({ x, y }) => (y > x ? y : x)),
  min: pure({ x: 'number', y: 'number' }, ({ x, y }) => (y < x ? y : x)),
};
