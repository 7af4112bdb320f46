/** Checks a document's fields and writes them in one form, in one pass: equal contents are equal bytes. */
import { MAX_DOCUMENT_BYTES, MAX_FIELD_PATH_BYTES, MAX_FIELD_VALUE_BYTES, MAX_VALUE_DEPTH } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Fields, Value } from './schemas.ts';
import { bytes, double, integer, message, text, timestamp, varint, written } from './wire.ts';

/**
 * A Document message that has `fields` alone, their names sorted at every level and timestamps cut to microseconds.
 * Sizes are those that the service counts: https://firebase.google.com/docs/firestore/storage-size
 * @throws INVALID_ARGUMENT naming the limit that the document breaks.
 */
export function encodeFields(name: string, fields: Fields): Buffer {
  let size = nameSize(name) + 32;
  const encoded = written(() => (size += writeFields(0x12, fields, 0)));
  if (size <= MAX_DOCUMENT_BYTES) return encoded;
  throw invalidArgument(
    `Document '${name}' cannot be written because its size (${size.toLocaleString('en')} bytes) exceeds the maximum ` +
      `allowed size of ${MAX_DOCUMENT_BYTES.toLocaleString('en')} bytes.`,
  );
}

/** Ids below `documents`, one byte more each, and 16. */
const nameSize = (name: string): number =>
  Buffer.byteLength(name) - (name.indexOf('/documents/') + '/documents/'.length) + 1 + 16;

/** @returns the size. */
function writeFields(tag: number, fields: Fields, depth: number): number {
  let size = 0;
  for (const name of Object.keys(fields).sort()) {
    if (name === '') throw invalidArgument('Property name is empty.');
    if (name.startsWith('__') && name.endsWith('__') && name.length >= 4 && !(depth > 0 && name === '__type__')) {
      throw invalidArgument(`Property "${name}" is invalid because it is reserved: it matches "__.*__".`);
    }
    message(tag, () => {
      const length = text(0x0a, name);
      if (length > MAX_FIELD_PATH_BYTES) {
        throw invalidArgument(`Property name "${name.slice(0, 40)}…" is longer than ${MAX_FIELD_PATH_BYTES} bytes.`);
      }
      const valueSize = message(0x12, () => writeValue(fields[name] as Value, name, depth));
      if (depth === 0 && valueSize > MAX_FIELD_VALUE_BYTES) {
        throw invalidArgument(`The value of property "${name}" is longer than ${MAX_FIELD_VALUE_BYTES} bytes.`);
      }
      size += length + 1 + valueSize;
    });
  }
  return size;
}

/** Tags of message Value in document.proto. @returns the size. */
function writeValue(value: Value, field: string, depth: number): number {
  switch (value.valueType) {
    case 'nullValue':
      varint(0x58);
      varint(0);
      return 1;
    case 'booleanValue':
      varint(0x08);
      varint(value.booleanValue ? 1 : 0);
      return 1;
    case 'integerValue':
      varint(0x10);
      integer(value.integerValue);
      return 8;
    case 'doubleValue':
      double(0x19, value.doubleValue);
      return 8;
    case 'timestampValue': {
      const { seconds = 0, nanos = 0 } = value.timestampValue;
      // 0001-01-01 to 9999-12-31, the range of google.protobuf.Timestamp.
      if (Number(seconds) < -62_135_596_800 || Number(seconds) > 253_402_300_799) {
        throw invalidArgument(`Property "${field}" is a timestamp outside of years 1 to 9999.`);
      }
      timestamp(0x52, { seconds, nanos: nanos - (nanos % 1000) });
      return 8;
    }
    case 'stringValue':
      return text(0x8a, value.stringValue) + 1;
    case 'bytesValue':
      bytes(0x92, value.bytesValue);
      return value.bytesValue.length;
    case 'referenceValue':
      text(0x2a, value.referenceValue);
      return nameSize(value.referenceValue);
    case 'geoPointValue': {
      const { latitude = 0, longitude = 0 } = value.geoPointValue;
      if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
        throw invalidArgument(`Property "${field}" is a geo point out of range (${latitude}, ${longitude}).`);
      }
      message(0x42, () => {
        double(0x09, latitude);
        double(0x11, longitude);
      });
      return 16;
    }
    case 'arrayValue':
      checkDepth(field, depth);
      return message(0x4a, () => writeItems(value.arrayValue.values ?? [], field, depth + 1));
    case 'mapValue':
      checkDepth(field, depth);
      return 32 + message(0x32, () => writeFields(0x0a, value.mapValue.fields ?? {}, depth + 1));
    default:
      throw invalidArgument(`Property "${field}" has no value, or one that only pipelines know.`);
  }
}

function writeItems(items: readonly Value[], field: string, depth: number): number {
  let size = 0;
  for (const item of items) {
    if (item.valueType === 'arrayValue') {
      throw invalidArgument(`Property "${field}" holds an array in an array, which the service does not store.`);
    }
    size += message(0x0a, () => writeValue(item, field, depth));
  }
  return size;
}

function checkDepth(field: string, depth: number): void {
  if (depth < MAX_VALUE_DEPTH) return;
  throw invalidArgument(`Property "${field}" is nested deeper than ${MAX_VALUE_DEPTH} maps and arrays.`);
}
