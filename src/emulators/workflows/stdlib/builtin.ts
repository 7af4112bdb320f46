/** Expression helpers: https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers */
import { systemError } from '../errors.ts';
import { isInt64, isList, isMap, typeName } from '../value.ts';
import type { Value } from '../value.ts';
import { pure } from './define.ts';

export const builtin = {
  default: pure({ val: 'any', defaultVal: 'any' }, ({ val, defaultVal }) => val ?? defaultVal),
  if: pure({ condition: 'boolean', ifTrue: 'any', ifFalse: 'any' }, ({ condition, ifTrue, ifFalse }) =>
    condition ? ifTrue : ifFalse,
  ),
  keys: pure({ map: 'map' }, ({ map }) => [...map.keys()]),
  len: pure({ value: 'any' }, ({ value }) => BigInt(length(value))),
  get_type: pure({ value: 'any' }, ({ value }) => typeName(value)),
  int: pure({ value: 'any' }, ({ value }) => toInteger(value)),
  double: pure({ value: 'any' }, ({ value }) => toDouble(value)),
  string: pure({ value: 'any' }, ({ value }) => toText(value)),
};

function length(value: Value): number {
  if (typeof value === 'string') return Array.from(value).length;
  if (isMap(value)) return value.size;
  if (isList(value)) return value.length;
  throw systemError('TypeError', `len() takes a string, list or map, not ${typeName(value)}`);
}

function toInteger(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return inRange(BigInt(Math.trunc(value)), value);
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return inRange(BigInt(value.replace(/^\+/, '')), value);
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw systemError('TypeError', `int() takes a string or double, not ${typeName(value)}`);
  }
  throw systemError('ValueError', `int() cannot read ${JSON.stringify(value)}`);
}

function inRange(integer: bigint, from: string | number): bigint {
  if (isInt64(integer)) return integer;
  throw systemError('ValueError', `int(): ${from} exceeds 64 bits`);
}

function toDouble(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') {
    throw systemError('TypeError', `double() takes a string or integer, not ${typeName(value)}`);
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value);
  throw systemError('ValueError', `double() cannot read ${JSON.stringify(value)}`);
}

function toText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw systemError('TypeError', `string() takes an integer, double or boolean, not ${typeName(value)}`);
}
