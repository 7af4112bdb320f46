/** Scalars of Google's messages, and those messages that JSON has in a form of their own. */
import { ApiError } from '../../rest-server.ts';
import { isJson } from './json.ts';

const INTEGER = /^-?\d+$/;
const BASE64 = /^[\w+/-]*={0,2}$/;
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const DURATION = /^-?\d{1,12}(?:\.\d{1,9})?s$/;
const PATHS = /^(?:[\w*]+(?:\.[\w*-]+)*(?:,|$))*$/;

/** As Google writes it. @throws {ApiError} INVALID_ARGUMENT naming the field. */
export function readScalar(type: string, value: unknown, path: string): unknown {
  if (/^(?:s|u)?(?:int|fixed)32$|^sfixed32$/.test(type)) return integer(32, type, value, path);
  if (/^(?:s|u)?(?:int|fixed)64$|^sfixed64$/.test(type)) return String(integer(64, type, value, path));
  if (type === 'float' || type === 'double') {
    const number = typeof value === 'string' && value !== '' ? Number(value) : value;
    if (typeof number === 'number' && (Number.isFinite(number) || value === 'NaN')) return number;
  }
  if (type === 'bool' && typeof value === 'boolean') return value;
  if (type === 'string' && typeof value === 'string') return value;
  if (type === 'bytes' && typeof value === 'string' && BASE64.test(value)) return value;
  throw wrong(`TYPE_${type.toUpperCase()}`, value, path);
}

function integer(bits: 32 | 64, type: string, value: unknown, path: string): number | bigint {
  const isInteger = (typeof value === 'string' && INTEGER.test(value)) || Number.isInteger(value);
  if (!isInteger) throw wrong(`TYPE_${type.toUpperCase()}`, value, path);
  const number = BigInt(value as string | number);
  const fits = type.startsWith('u') ? BigInt.asUintN(bits, number) === number : BigInt.asIntN(bits, number) === number;
  if (!fits) throw wrong(`TYPE_${type.toUpperCase()}`, value, path);
  return bits === 32 ? Number(number) : number;
}

type Reader = (value: unknown) => boolean;

const matches =
  (pattern: RegExp): Reader =>
  (value) =>
    typeof value === 'string' && pattern.test(value);

/** By name: what a value must be. */
const READERS: Readonly<Record<string, Reader>> = {
  'google.protobuf.Timestamp': (value) => matches(TIMESTAMP)(value) && Number.isFinite(Date.parse(String(value))),
  'google.protobuf.Duration': matches(DURATION),
  'google.protobuf.FieldMask': matches(PATHS),
  'google.protobuf.Struct': isJson,
  'google.protobuf.Value': () => true,
  'google.protobuf.ListValue': (value) => Array.isArray(value),
  'google.protobuf.Any': (value) => isJson(value) && typeof value['@type'] === 'string',
  'google.protobuf.BoolValue': (value) => typeof value === 'boolean',
  'google.protobuf.StringValue': (value) => typeof value === 'string',
  'google.protobuf.Int32Value': Number.isInteger,
  'google.protobuf.Int64Value': (value) => Number.isInteger(value) || matches(INTEGER)(value),
  'google.protobuf.DoubleValue': (value) => typeof value === 'number',
};

export const WELL_KNOWN: ReadonlySet<string> = new Set(Object.keys(READERS));

export function readWellKnown(name: string, value: unknown, path: string): unknown {
  if (READERS[name]?.(value) === true) return value;
  throw wrong(`type.googleapis.com/${name}`, value, path);
}

const wrong = (type: string, value: unknown, path: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', `Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`);
