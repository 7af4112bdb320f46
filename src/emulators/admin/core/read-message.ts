/**
 * JSON against a message of Google's, by https://protobuf.dev/programming-guides/json: an unknown field, or a value of another type, is refused by
 * name. What is read is as Google would write it: what is zero, empty or false and has no presence of its own is left out.
 */
import protobuf from 'protobufjs';
import { ApiError } from '../../rest-server.ts';
import { isJson, type Json } from './json.ts';
import { camelCase, optionsOf } from './protos.ts';
import { readScalar, readWellKnown, WELL_KNOWN } from './read-values.ts';

export interface Reading {
  /** Fields that are said to be required must be there. */
  readonly isWhole: boolean;
  /** Fields that only the server sets are read as well: of what the server itself says. */
  readonly isAnswer?: boolean;
}

/** @throws {ApiError} INVALID_ARGUMENT naming the field. */
export function readMessage(type: protobuf.Type, json: unknown, reading: Reading, path = ''): Json {
  if (!isJson(json)) throw wrong(path, type.fullName.slice(1), json);
  const read: Json = {};
  const set = new Map<protobuf.OneOf, string>();
  for (const [key, value] of Object.entries(json)) {
    const field = type.fields[camelCase(key)];
    if (field === undefined) throw unknownName(key, path);
    if (value === null || value === undefined) continue;
    const { partOf } = field;
    if (partOf !== null && !isOptional(field)) {
      const other = set.get(partOf);
      if (other !== undefined)
        throw invalid(
          `Invalid value at '${path || partOf.name}' (oneof), oneof field '${partOf.name}' is already set by ${other}.`,
        );
      set.set(partOf, key);
    }
    if (reading.isAnswer !== true && behavioursOf(field).includes('OUTPUT_ONLY')) {
      // It is looked at, and then left alone.
      readField(field, value, { ...reading, isAnswer: true, isWhole: false }, below(path, key));
      continue;
    }
    const known = readField(field, value, reading, below(path, key));
    if (known !== undefined) read[field.name] = known;
  }
  if (reading.isWhole) assertWhole(type, read, path);
  return read;
}

function assertWhole(type: protobuf.Type, read: Json, path: string): void {
  const missing = type.fieldsArray.find(
    (field) => behavioursOf(field).includes('REQUIRED') && read[field.name] === undefined && !saysBy(field),
  );
  if (missing !== undefined) throw invalid(`The field '${below(path, missing.name)}' is required, and not there.`);
}

/** Numbers, truth values and some enums say something by being zero. */
function saysBy({ type, repeated, resolvedType }: protobuf.Field): boolean {
  if (resolvedType instanceof protobuf.Enum) return resolvedType.valuesById[0]?.endsWith('UNSPECIFIED') !== true;
  return !repeated && resolvedType === null && type !== 'string' && type !== 'bytes';
}

function readField(field: protobuf.Field, value: unknown, reading: Reading, path: string): unknown {
  if (field instanceof protobuf.MapField) {
    if (!isJson(value)) throw wrong(path, 'Map', value);
    const entries = Object.entries(value).map(([key, one]) => [key, readOne(field, one, reading, below(path, key))]);
    return entries.length === 0 ? undefined : Object.fromEntries(entries);
  }
  if (field.repeated) {
    if (!Array.isArray(value)) throw wrong(path, `a list of ${field.type}`, value);
    const values = value.map((one, index) => readOne(field, one, reading, `${path}[${index}]`));
    return values.length === 0 ? undefined : values;
  }
  const one = readOne(field, value, reading, path);
  const hasPresence = isOptional(field) || field.partOf !== null || field.resolvedType instanceof protobuf.Type;
  return !hasPresence && isZero(field, one) ? undefined : one;
}

function readOne(field: protobuf.Field, value: unknown, reading: Reading, path: string): unknown {
  const { resolvedType } = field;
  if (resolvedType instanceof protobuf.Enum) return readEnum(resolvedType, value, path);
  if (resolvedType === null) return readScalar(field.type, value, path);
  const name = resolvedType.fullName.slice(1);
  return WELL_KNOWN.has(name) ? readWellKnown(name, value, path) : readMessage(resolvedType, value, reading, path);
}

function readEnum(type: protobuf.Enum, value: unknown, path: string): string {
  const name = typeof value === 'number' ? type.valuesById[value] : value;
  if (typeof name === 'string' && Object.hasOwn(type.values, name)) return name;
  throw wrong(path, `type.googleapis.com/${type.fullName.slice(1)}`, value);
}

function isZero({ resolvedType }: protobuf.Field, value: unknown): boolean {
  if (resolvedType instanceof protobuf.Enum) return resolvedType.values[String(value)] === 0;
  return value === '' || value === 0 || value === '0' || value === false;
}

/** Its absence says something else than its being zero. */
const isOptional = (field: protobuf.Field): boolean => field.options?.['proto3_optional'] === true;

export const behavioursOf = (field: protobuf.Field): string[] =>
  optionsOf(field, 'google.api.field_behavior').flat().map(String);

/** @throws {ApiError} INVALID_ARGUMENT for a path that the message does not have; `path` is below it, in either spelling. */
export function fieldAt(type: protobuf.Type, path: string): protobuf.Field {
  const [first = '', ...rest] = path.split('.');
  const field = type.fields[camelCase(first)];
  if (field === undefined) throw unknownName(first, '');
  if (rest.length === 0 || field instanceof protobuf.MapField) return field;
  if (field.resolvedType instanceof protobuf.Type) return fieldAt(field.resolvedType, rest.join('.'));
  throw unknownName(rest[0] ?? '', first);
}

const below = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

export const invalid = (message: string): ApiError => new ApiError('INVALID_ARGUMENT', message);

const unknownName = (name: string, path: string): ApiError =>
  invalid(
    `Invalid JSON payload received. Unknown name "${name}"${path === '' ? '' : ` at '${path}'`}: Cannot find field.`,
  );

const wrong = (path: string, type: string, value: unknown): ApiError =>
  invalid(`Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`);
