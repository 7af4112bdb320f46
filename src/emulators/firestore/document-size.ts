/** Sizes as the service counts them: https://firebase.google.com/docs/firestore/storage-size */
import type { Fields, Value } from './schemas.ts';

const textSize = (text: string): number => Buffer.byteLength(text) + 1;

/** Collection and document ids below `documents`, one byte more each, and 16. */
export function nameSize(name: string): number {
  const path = name.slice(name.indexOf('/documents/') + '/documents/'.length);
  return textSize(path) + 16;
}

export function valueSize(value: Value): number {
  switch (value.valueType) {
    case 'nullValue':
    case 'booleanValue':
      return 1;
    case 'integerValue':
    case 'doubleValue':
    case 'timestampValue':
      return 8;
    case 'geoPointValue':
      return 16;
    case 'stringValue':
      return textSize(value.stringValue);
    case 'bytesValue':
      return value.bytesValue.length;
    case 'referenceValue':
      return nameSize(value.referenceValue);
    case 'arrayValue':
      return (value.arrayValue.values ?? []).reduce((sum, item) => sum + valueSize(item), 0);
    case 'mapValue':
      return fieldsSize(value.mapValue.fields ?? {}) + 32;
    default:
      return value satisfies never;
  }
}

function fieldsSize(fields: Fields): number {
  let size = 0;
  for (const name of Object.keys(fields)) size += textSize(name) + valueSize(fields[name] as Value);
  return size;
}

/** A whole document: its name, its fields and 32 bytes. */
export const documentSize = (name: string, fields: Fields): number => nameSize(name) + fieldsSize(fields) + 32;
