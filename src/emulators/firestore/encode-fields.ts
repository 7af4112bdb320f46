/** Checks a document's fields and writes them in one form, in one pass: equal contents are equal bytes. */
import { MAX_DOCUMENT_BYTES, MAX_FIELD_PATH_BYTES, MAX_FIELD_VALUE_BYTES, MAX_VALUE_DEPTH } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Fields, Value } from './schemas.ts';
import { bytes, double, integer, message, text, timestamp, varint, written } from './wire.ts';

/** What is written so far, as the service counts it: https://firebase.google.com/docs/firestore/storage-size */
let size = 0;

/**
 * A Document message that has `fields` alone, their names sorted at every level and timestamps cut to microseconds.
 * @throws INVALID_ARGUMENT naming the limit that the document breaks.
 */
export function encodeFields(name: string, fields: Fields): Buffer {
  size = nameSize(name) + 32;
  const encoded = written(() => writeFields(0x12, fields, 0));
  if (size > MAX_DOCUMENT_BYTES) {
    throw invalidArgument(
      `Document '${name}' cannot be written because its size (${size.toLocaleString('en')} bytes) exceeds the maximum ` +
        `allowed size of ${MAX_DOCUMENT_BYTES.toLocaleString('en')} bytes.`,
    );
  }
  return encoded;
}

/** Ids below `documents`, one byte more each, and 16. */
const nameSize = (name: string): number =>
  Buffer.byteLength(name) - (name.indexOf('/documents/') + '/documents/'.length) + 1 + 16;

function writeFields(tag: number, fields: Fields, depth: number): void {
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
      size += length + 1;
      const before = size;
      message(0x12, () => writeValue(fields[name] as Value, name, depth));
      if (depth === 0 && size - before > MAX_FIELD_VALUE_BYTES) {
        throw invalidArgument(`The value of property "${name}" is longer than ${MAX_FIELD_VALUE_BYTES} bytes.`);
      }
    });
  }
}

/** Tags of message Value in document.proto. */
function writeValue(value: Value, field: string, depth: number): void {
  switch (value.valueType) {
    case 'nullValue':
      varint(0x58);
      varint(0);
      size += 1;
      break;
    case 'booleanValue':
      varint(0x08);
      varint(value.booleanValue ? 1 : 0);
      size += 1;
      break;
    case 'integerValue':
      varint(0x10);
      integer(value.integerValue);
      size += 8;
      break;
    case 'doubleValue':
      double(0x19, value.doubleValue);
      size += 8;
      break;
    case 'timestampValue': {
      const { seconds = 0, nanos = 0 } = value.timestampValue;
      // 0001-01-01 to 9999-12-31, the range of google.protobuf.Timestamp.
      if (Number(seconds) < -62_135_596_800 || Number(seconds) > 253_402_300_799) {
        throw invalidArgument(`Property "${field}" is a timestamp outside of years 1 to 9999.`);
      }
      timestamp(0x52, { seconds, nanos: nanos - (nanos % 1000) });
      size += 8;
      break;
    }
    case 'stringValue':
      size += text(0x8a, value.stringValue) + 1;
      break;
    case 'bytesValue':
      bytes(0x92, value.bytesValue);
      size += value.bytesValue.length;
      break;
    case 'referenceValue':
      text(0x2a, value.referenceValue);
      size += nameSize(value.referenceValue);
      break;
    case 'geoPointValue': {
      const { latitude = 0, longitude = 0 } = value.geoPointValue;
      if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
        throw invalidArgument(`Property "${field}" is a geo point out of range (${latitude}, ${longitude}).`);
      }
      message(0x42, () => {
        double(0x09, latitude);
        double(0x11, longitude);
      });
      size += 16;
      break;
    }
    case 'arrayValue':
      checkDepth(field, depth);
      message(0x4a, () => {
        for (const item of value.arrayValue.values ?? []) {
          if (item.valueType === 'arrayValue') {
            throw invalidArgument(`Property "${field}" holds an array in an array, which the service does not store.`);
          }
          message(0x0a, () => writeValue(item, field, depth + 1));
        }
      });
      break;
    case 'mapValue':
      checkDepth(field, depth);
      message(0x32, () => writeFields(0x0a, value.mapValue.fields ?? {}, depth + 1));
      size += 32;
      break;
    default:
      throw invalidArgument(`Property "${field}" has no value, or one that only pipelines know.`);
  }
}

function checkDepth(field: string, depth: number): void {
  if (depth < MAX_VALUE_DEPTH) return;
  throw invalidArgument(`Property "${field}" is nested deeper than ${MAX_VALUE_DEPTH} maps and arrays.`);
}
