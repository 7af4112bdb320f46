/** Functions without a module: https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers */
import { systemError } from '../errors.ts';
import { isInt64, isList, isMap, textOf, typeName } from '../value.ts';
import type { Value } from '../value.ts';
import { pure } from './define.ts';

export const expressionHelpers = {
  default: pure({ val: 'any', defaultVal: 'any' }, ({ val, defaultVal }) => val ?? defaultVal),
  if: pure({ condition: 'boolean', ifTrue: 'any', ifFalse: 'any' }, ({ condition, ifTrue, ifFalse }) =>
    condition ? ifTrue : ifFalse,
  ),
  keys: pure({ map: 'map' }, ({ map }) => [...map.keys()]),
  len: pure({ value: 'any' }, ({ value }) => {
    if (typeof value === 'string') return BigInt(Array.from(value).length);
    if (isMap(value)) return BigInt(value.size);
    if (isList(value)) return BigInt(value.length);
    throw wrongType('len', 'a string, list or map', value);
  }),
  get_type: pure({ value: 'any' }, ({ value }) => typeName(value)),
  int: pure({ value: 'any' }, ({ value }) => {
    if (typeof value === 'bigint') return value;
    if (typeof value !== 'string' && typeof value !== 'number') throw wrongType('int', 'a string or double', value);
    const readable = typeof value === 'string' ? /^[+-]?\d+$/.test(value) : Number.isFinite(value);
    const integer = readable ? BigInt(typeof value === 'string' ? value.replace(/^\+/, '') : Math.trunc(value)) : null;
    if (integer !== null && isInt64(integer)) return integer;
    throw systemError('ValueError', `int() cannot read ${JSON.stringify(value)} as a 64-bit integer`);
  }),
  double: pure({ value: 'any' }, ({ value }) => {
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    if (typeof value !== 'string') throw wrongType('double', 'a string or integer', value);
    if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(value)) return Number(value);
    throw systemError('ValueError', `double() cannot read ${JSON.stringify(value)}`);
  }),
  string: pure({ value: 'any' }, ({ value }) => {
    const text = textOf(value);
    if (text !== undefined) return text;
    throw wrongType('string', 'an integer, double or boolean', value);
  }),
};

const wrongType = (name: string, wanted: string, value: Value): Error =>
  systemError('TypeError', `${name}() takes ${wanted}, not ${typeName(value)}`);
