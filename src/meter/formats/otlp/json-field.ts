/** Fields of OTLP/JSON: what protobuf's JSON allows, and no more. https://protobuf.dev/programming-guides/json/ */
import { MAX_DEPTH } from './limits.ts';
import { type AnyValue, type Attribute, BadItem } from './request.ts';
import { readDouble, writtenDouble } from './written-double.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Members by their own names only: `constructor` is a field like any other, and unknown. Null is as good as absent. */
export const member = (object: JsonObject, name: string): unknown =>
  Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;

export function objectIn(value: unknown, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new BadItem('BAD_FIELD', `${name} must be an object`);
}

/** Empty when it is absent. */
export function listIn(object: JsonObject, name: string): readonly unknown[] {
  const value = member(object, name) ?? [];
  if (Array.isArray(value)) return value as unknown[];
  throw new BadItem('BAD_FIELD', `${name} must be an array`);
}

export function textIn(object: JsonObject, name: string): string {
  const value = member(object, name) ?? '';
  if (typeof value !== 'string') throw new BadItem('BAD_FIELD', `${name} must be a string`);
  if (!value.isWellFormed()) throw new BadItem('BAD_FIELD', `${name} has half of a surrogate pair`);
  return value;
}

export function booleanIn(object: JsonObject, name: string): boolean {
  const value = member(object, name) ?? false;
  if (typeof value === 'boolean') return value;
  throw new BadItem('BAD_FIELD', `${name} must be true or false`);
}

/** A whole number of 32 bits. Enums are such numbers, never names. */
export function int32In(object: JsonObject, name: string): number {
  const value = member(object, name) ?? 0;
  const number = typeof value === 'string' && /^-?\d{1,10}$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 2 ** 32) return number;
  throw new BadItem('BAD_FIELD', `${name} must be a whole number of 32 bits; names of enums are not taken`);
}

export function doubleIn(object: JsonObject, name: string): number | undefined {
  const value = member(object, name);
  if (value === undefined) return undefined;
  return doubleOf(value, name);
}

export function doubleOf(value: unknown, name: string): number {
  const number = readDouble(value);
  if (number === undefined)
    throw new BadItem('BAD_FIELD', `${name} must be a number, or one of "NaN", "Infinity", "-Infinity"`);
  return number;
}

const UINT64 = { low: 0n, high: 2n ** 64n - 1n };
const INT64 = { low: -(2n ** 63n), high: 2n ** 63n - 1n };

export const uint64In = (object: JsonObject, name: string): bigint =>
  integerOf(member(object, name) ?? 0, name, UINT64);
export const uint64Of = (value: unknown, name: string): bigint => integerOf(value, name, UINT64);
export const int64Of = (value: unknown, name: string): bigint => integerOf(value, name, INT64);

/** Digits, a whole number, or the halves that some of protobuf.js's users send. https://github.com/open-telemetry/opentelemetry-js/issues/4216 */
function integerOf(value: unknown, name: string, { low, high }: typeof UINT64): bigint {
  const integer = anyInteger(value);
  if (integer !== undefined && integer >= low && integer <= high) return integer;
  throw new BadItem('BAD_FIELD', `${name} must be a 64-bit integer, as a string of digits or a number`);
}

function anyInteger(value: unknown): bigint | undefined {
  if (typeof value === 'string') return /^-?\d{1,20}$/.test(value) ? BigInt(value) : undefined;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  const { low, high, unsigned } = value as Record<string, unknown>;
  if (!Number.isInteger(low) || !Number.isInteger(high)) return undefined;
  const whole = (BigInt.asUintN(32, BigInt(high as number)) << 32n) | BigInt.asUintN(32, BigInt(low as number));
  return unsigned === false ? BigInt.asIntN(64, whole) : whole;
}

/** Of ids of traces and spans: hexadecimal, unlike other bytes. */
export function hexIn(object: JsonObject, name: string): string {
  const value = textIn(object, name);
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(value)) throw new BadItem('BAD_FIELD', `${name} must be hexadecimal digits`);
  return value.toLowerCase();
}

export const attributesIn = (object: JsonObject, name: string, depth = 0): Attribute[] =>
  listIn(object, name).map((value) => {
    const pair = objectIn(value, `${name}[]`);
    return [textIn(pair, 'key'), anyValue(member(pair, 'value') ?? {}, depth)] as const;
  });

function anyValue(given: unknown, depth: number): AnyValue {
  if (depth > MAX_DEPTH) throw new BadItem('TOO_LARGE', `an attribute has values more than ${MAX_DEPTH} deep`);
  const value = objectIn(given, 'the value of an attribute');
  const of = (name: string): unknown => member(value, name);
  if (of('stringValue') !== undefined) return textIn(value, 'stringValue');
  if (of('boolValue') !== undefined) return { boolValue: booleanIn(value, 'boolValue') };
  if (of('intValue') !== undefined) return { intValue: int64Of(of('intValue'), 'intValue').toString() };
  if (of('doubleValue') !== undefined)
    return { doubleValue: writtenDouble(doubleOf(of('doubleValue'), 'doubleValue')) };
  if (of('bytesValue') !== undefined)
    return { bytesValue: Buffer.from(textIn(value, 'bytesValue'), 'base64').toString('base64') };
  if (of('arrayValue') !== undefined) {
    const list = objectIn(of('arrayValue'), 'arrayValue');
    return { arrayValue: listIn(list, 'values').map((one) => anyValue(one ?? {}, depth + 1)) };
  }
  if (of('kvlistValue') !== undefined)
    return { kvlistValue: attributesIn(objectIn(of('kvlistValue'), 'kvlistValue'), 'values', depth + 1) };
  return {};
}
