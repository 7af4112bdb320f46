/** Firestore's values: numbers, times, and the order of all of them, as byte strings that compare the same way. */
import { pathKey } from './paths.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Timestamp, Value } from './schemas.ts';

/**
 * The first byte of a key is the value's type, so it is also the type bracket of an inequality filter.
 * Order of types: https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
 */
export const TYPE_BYTE = {
  null: '\x10',
  boolean: '\x18',
  number: '\x20',
  timestamp: '\x28',
  string: '\x30',
  bytes: '\x38',
  reference: '\x40',
  geoPoint: '\x48',
  array: '\x50',
  vector: '\x58',
  map: '\x60',
} as const;

export const NULL_KEY: string = TYPE_BYTE.null;
/** NaN sorts before every other number. */
export const NAN_KEY = `${TYPE_BYTE.number}\0`;

/** Above every key: no type byte is as high. */
export const AFTER_ALL = '\xff';

const END = '\0';
const TEXT_END = '\0\x01';

/**
 * A string of bytes (one char = one byte) such that `valueKey(a) < valueKey(b)` exactly when Firestore sorts a before b,
 * and equal exactly when a query calls them equal (1 = 1.0, 0 = -0, NaN = NaN).
 */
export function valueKey(value: Value): string {
  switch (value.valueType) {
    case 'nullValue':
      return NULL_KEY;
    case 'booleanValue':
      return TYPE_BYTE.boolean + (value.booleanValue ? '\x01' : '\0');
    case 'integerValue':
      return TYPE_BYTE.number + integerKey(BigInt(value.integerValue));
    case 'doubleValue':
      return Number.isNaN(value.doubleValue)
        ? NAN_KEY
        : `${TYPE_BYTE.number}\x01${doubleKey(value.doubleValue)}${remainderKey(0)}`;
    case 'timestampValue':
      return TYPE_BYTE.timestamp + bigKey(BigInt(microsOf(value.timestampValue)));
    case 'stringValue':
      return TYPE_BYTE.string + textKey(toBytes(value.stringValue));
    case 'bytesValue':
      return TYPE_BYTE.bytes + textKey(Buffer.from(value.bytesValue).toString('latin1'));
    case 'referenceValue':
      return TYPE_BYTE.reference + referenceKey(value.referenceValue);
    case 'geoPointValue': {
      const { latitude = 0, longitude = 0 } = value.geoPointValue;
      return TYPE_BYTE.geoPoint + doubleKey(latitude) + doubleKey(longitude);
    }
    case 'arrayValue':
      return TYPE_BYTE.array + (value.arrayValue.values ?? []).map(valueKey).join('') + END;
    case 'mapValue': {
      const vector = vectorOf(value);
      if (vector) return TYPE_BYTE.vector + bigKey(BigInt(vector.length)) + vector.map(valueKey).join('');
      const entries = Object.entries(value.mapValue.fields ?? {}).map(([key, item]) => [toBytes(key), item] as const);
      entries.sort(([a], [b]) => (a < b ? -1 : 1));
      return TYPE_BYTE.map + entries.map(([key, item]) => `\x02${textKey(key)}${valueKey(item)}`).join('') + END;
    }
    default:
      throw invalidArgument('A Value has no value_type, or one that only pipelines know.');
  }
}

export type Numeric = Value & { valueType: 'integerValue' | 'doubleValue' };

export const isNumeric = (value: Value | undefined): value is Numeric =>
  value?.valueType === 'integerValue' || value?.valueType === 'doubleValue';

export const numberOf = (value: Numeric): number =>
  value.valueType === 'integerValue' ? Number(value.integerValue) : value.doubleValue;

export const integerValue = (value: number | bigint): Numeric => ({
  valueType: 'integerValue',
  integerValue: String(value),
});
export const doubleValue = (value: number): Numeric => ({ valueType: 'doubleValue', doubleValue: value });
export const NULL_VALUE: Value = { valueType: 'nullValue', nullValue: 'NULL_VALUE' };
export const MAX_INTEGER = 2n ** 63n - 1n;
export const MIN_INTEGER = -(2n ** 63n);

/** The key of a document's name, as {@link valueKey} makes it for a reference to that document. */
export const nameKey = (name: string): string => TYPE_BYTE.reference + referenceKey(name);

/** UTF-8 bytes as a string of bytes; plain ASCII is its own answer. */
export function toBytes(text: string): string {
  // oxlint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** Microseconds since 1970, Firestore's precision; finer digits are dropped. */
export function microsOf(timestamp: Timestamp): number {
  return Number(timestamp.seconds ?? 0) * 1e6 + Math.floor((timestamp.nanos ?? 0) / 1000);
}

export function timestampOf(micros: number): Required<Timestamp> {
  const seconds = Math.floor(micros / 1e6);
  return { seconds, nanos: (micros - seconds * 1e6) * 1000 };
}

/** The elements of a value made by `FieldValue.vector`, else undefined. */
function vectorOf(value: Value & { valueType: 'mapValue' }): Value[] | undefined {
  const fields = value.mapValue.fields;
  const mark = fields && Object.hasOwn(fields, '__type__') ? fields['__type__'] : undefined;
  if (mark?.valueType !== 'stringValue' || mark.stringValue !== '__vector__') return undefined;
  const items = fields?.['value'];
  return items?.valueType === 'arrayValue' ? (items.arrayValue.values ?? []) : undefined;
}

const scratch = Buffer.alloc(8);

/** IEEE 754 bits, flipped so that bytes sort as numbers do. -0 becomes 0. */
function doubleKey(number: number): string {
  scratch.writeDoubleBE(number + 0);
  if ((scratch[0] as number) & 0x80) for (let i = 0; i < 8; i += 1) scratch[i] = ~(scratch[i] as number);
  else scratch[0] = (scratch[0] as number) | 0x80;
  return scratch.toString('latin1');
}

/** The nearest double, then what it lost (at most 512): integers beyond 2^53 stay exact beside doubles. */
function integerKey(integer: bigint): string {
  const nearest = Number(integer);
  return `\x01${doubleKey(nearest)}${remainderKey(Number(integer - BigInt(nearest)))}`;
}

const remainderKey = (remainder: number): string =>
  String.fromCharCode((remainder + 0x8000) >> 8, (remainder + 0x8000) & 0xff);

function bigKey(integer: bigint): string {
  scratch.writeBigUInt64BE(integer + 2n ** 63n);
  return scratch.toString('latin1');
}

const textKey = (bytes: string): string => (bytes.includes('\0') ? bytes.replaceAll('\0', '\0\xff') : bytes) + TEXT_END;

/** Ids are compared one by one: {@link pathKey} escapes what sorts below its separator, and \0 ends below that. */
const referenceKey = (name: string): string => toBytes(pathKey(name)) + END;
