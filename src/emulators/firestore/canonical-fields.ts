/** What may be stored, in one form, so that equal contents are equal bytes. */
import { documentSize, valueSize } from './document-size.ts';
import { MAX_DOCUMENT_BYTES, MAX_FIELD_PATH_BYTES, MAX_FIELD_VALUE_BYTES, MAX_VALUE_DEPTH } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Fields, Value } from './schemas.ts';

/**
 * Names sorted at every level and timestamps cut to microseconds.
 * @throws INVALID_ARGUMENT naming the limit that the document breaks.
 */
export function canonicalFields(name: string, fields: Fields): Fields {
  const canonical = sorted(fields, 0);
  const size = documentSize(name, canonical);
  // Only a document that is nearly full can hold a value above the limit.
  if (size > MAX_FIELD_VALUE_BYTES) {
    for (const [field, value] of Object.entries(canonical)) {
      if (valueSize(value) > MAX_FIELD_VALUE_BYTES) {
        throw invalidArgument(`The value of property "${field}" is longer than ${MAX_FIELD_VALUE_BYTES} bytes.`);
      }
    }
  }
  if (size > MAX_DOCUMENT_BYTES) {
    throw invalidArgument(
      `Document '${name}' cannot be written because its size (${size.toLocaleString('en')} bytes) exceeds the maximum ` +
        `allowed size of ${MAX_DOCUMENT_BYTES.toLocaleString('en')} bytes.`,
    );
  }
  return canonical;
}

function sorted(fields: Fields, depth: number): Fields {
  const result: Fields = {};
  for (const name of Object.keys(fields).sort()) {
    if (name === '') throw invalidArgument('Property name is empty.');
    if (name.startsWith('__') && name.endsWith('__') && name.length >= 4 && !(depth > 0 && name === '__type__')) {
      throw invalidArgument(`Property "${name}" is invalid because it is reserved: it matches "__.*__".`);
    }
    if (name.length * 3 > MAX_FIELD_PATH_BYTES && Buffer.byteLength(name) > MAX_FIELD_PATH_BYTES) {
      throw invalidArgument(`Property name "${name.slice(0, 40)}…" is longer than ${MAX_FIELD_PATH_BYTES} bytes.`);
    }
    result[name] = canonical(fields[name] as Value, name, depth);
  }
  return result;
}

function canonical(value: Value, field: string, depth: number): Value {
  switch (value.valueType) {
    case 'mapValue':
    case 'arrayValue': {
      if (depth >= MAX_VALUE_DEPTH) {
        throw invalidArgument(`Property "${field}" is nested deeper than ${MAX_VALUE_DEPTH} maps and arrays.`);
      }
      if (value.valueType === 'mapValue') {
        return { valueType: 'mapValue', mapValue: { fields: sorted(value.mapValue.fields ?? {}, depth + 1) } };
      }
      const values = (value.arrayValue.values ?? []).map((item) => {
        if (item.valueType === 'arrayValue') {
          throw invalidArgument(`Property "${field}" holds an array in an array, which the service does not store.`);
        }
        return canonical(item, field, depth + 1);
      });
      return { valueType: 'arrayValue', arrayValue: { values } };
    }
    case 'timestampValue': {
      const { seconds = 0, nanos = 0 } = value.timestampValue;
      // 0001-01-01 to 9999-12-31, the range of google.protobuf.Timestamp.
      if (Number(seconds) < -62_135_596_800 || Number(seconds) > 253_402_300_799) {
        throw invalidArgument(`Property "${field}" is a timestamp outside of years 1 to 9999.`);
      }
      return { valueType: 'timestampValue', timestampValue: { seconds, nanos: nanos - (nanos % 1000) } };
    }
    case 'geoPointValue': {
      const { latitude = 0, longitude = 0 } = value.geoPointValue;
      if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) {
        throw invalidArgument(`Property "${field}" is a geo point out of range (${latitude}, ${longitude}).`);
      }
      return value;
    }
    case 'nullValue':
    case 'booleanValue':
    case 'integerValue':
    case 'doubleValue':
    case 'stringValue':
    case 'bytesValue':
    case 'referenceValue':
      return value;
    default:
      throw invalidArgument(`Property "${field}" has no value, or one that only pipelines know.`);
  }
}
