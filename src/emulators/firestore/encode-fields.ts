/** Writes a document's fields as protobuf, several times faster than by reflection: every write to the store does this. */
import type { Fields, Timestamp, Value } from './schemas.ts';

/** Grows to the largest document that was written. */
let buffer = Buffer.allocUnsafe(1 << 16);
let end = 0;

/** A Document message that has `fields` alone, its map entries in the order of the object's keys. */
export function encodeFields(fields: Fields): Uint8Array {
  end = 0;
  writeFields(0x12, fields);
  return new Uint8Array(buffer.subarray(0, end));
}

function writeFields(tag: number, fields: Fields): void {
  for (const name of Object.keys(fields)) {
    message(tag, () => {
      text(0x0a, name);
      message(0x12, () => writeValue(fields[name] as Value));
    });
  }
}

/** Tags are `field number << 3 | wire type` of message Value in document.proto. */
function writeValue(value: Value): void {
  switch (value.valueType) {
    case 'nullValue':
      varint(0x58);
      varint(0);
      break;
    case 'booleanValue':
      varint(0x08);
      varint(value.booleanValue ? 1 : 0);
      break;
    case 'integerValue':
      varint(0x10);
      integer(value.integerValue);
      break;
    case 'doubleValue':
      double(0x19, value.doubleValue);
      break;
    case 'timestampValue':
      message(0x52, () => timestamp(value.timestampValue));
      break;
    case 'stringValue':
      text(0x8a, value.stringValue);
      break;
    case 'bytesValue':
      varint(0x92);
      varint(value.bytesValue.length);
      reserve(value.bytesValue.length);
      buffer.set(value.bytesValue, end);
      end += value.bytesValue.length;
      break;
    case 'referenceValue':
      text(0x2a, value.referenceValue);
      break;
    case 'geoPointValue':
      message(0x42, () => {
        double(0x09, value.geoPointValue.latitude ?? 0);
        double(0x11, value.geoPointValue.longitude ?? 0);
      });
      break;
    case 'arrayValue':
      message(0x4a, () => {
        for (const item of value.arrayValue.values ?? []) message(0x0a, () => writeValue(item));
      });
      break;
    case 'mapValue':
      message(0x32, () => writeFields(0x0a, value.mapValue.fields ?? {}));
      break;
    default:
      value satisfies never;
  }
}

function timestamp({ seconds = 0, nanos = 0 }: Timestamp): void {
  varint(0x08);
  integer(String(seconds));
  varint(0x10);
  varint(nanos);
}

/** A length that is only known afterwards: one byte is kept free for it, and a longer one moves the content along. */
function message(tag: number, content: () => void): void {
  varint(tag);
  reserve(1);
  end += 1;
  const start = end;
  content();
  const length = end - start;
  let bytes = 1;
  for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes += 1;
  if (bytes > 1) {
    reserve(bytes);
    buffer.copyWithin(start + bytes - 1, start, end);
  }
  end = start - 1;
  varint(length);
  end += length;
}

function text(tag: number, string: string): void {
  varint(tag);
  const most = string.length * 3;
  reserve(most + 5);
  // Short ASCII, by far the most common, needs no second look at its length.
  const at = end;
  const length = buffer.write(string, at + 1, 'utf8');
  if (length >= 0x80) {
    varint(length);
    buffer.write(string, end, 'utf8');
    end += length;
    return;
  }
  buffer[at] = length;
  end = at + 1 + length;
}

function double(tag: number, number: number): void {
  varint(tag);
  reserve(8);
  end = buffer.writeDoubleLE(number, end);
}

/** 64 bits; a negative one takes ten bytes. */
function integer(digits: string): void {
  const number = Number(digits);
  if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) {
    varint(number);
    return;
  }
  reserve(10);
  let rest = BigInt.asUintN(64, BigInt(digits));
  for (; rest >= 0x80n; rest >>= 7n) buffer[end++] = Number(rest & 0x7fn) | 0x80;
  buffer[end++] = Number(rest);
}

function varint(number: number): void {
  reserve(8);
  let rest = number;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[end++] = (rest % 0x80) | 0x80;
  buffer[end++] = rest;
}

function reserve(bytes: number): void {
  if (end + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, end + bytes));
  buffer.copy(larger, 0, 0, end);
  buffer = larger;
}
