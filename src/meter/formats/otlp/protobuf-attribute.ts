/** Attributes in protobuf: a key and a value of any kind. */
import { textOf } from '../labels.ts';
import { type ProtobufReader, WIRE } from '../protobuf.ts';
import { MAX_DEPTH } from './limits.ts';
import type { AnyValue, Attribute } from './request.ts';
import { writtenDouble } from './written-double.ts';

export function readText(reader: ProtobufReader, end: number): string {
  const until = reader.message(end);
  const text = textOf(reader.bytes, reader.at, until);
  if (text === undefined) throw reader.broken('a text is not UTF-8');
  reader.at = until;
  return text;
}

/** KeyValue. */
export function readAttribute(reader: ProtobufReader, end: number, depth = 0): Attribute {
  let key = '';
  let value: AnyValue = {};
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) key = readText(reader, end);
    else if (field === 2) value = readValue(reader, reader.message(end), depth);
    else reader.skip(end);
  }
  return [key, value];
}

/** AnyValue. */
function readValue(reader: ProtobufReader, end: number, depth: number): AnyValue {
  if (depth > MAX_DEPTH) throw reader.broken(`an attribute has values more than ${MAX_DEPTH} deep`);
  let value: AnyValue = {};
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) value = readText(reader, end);
    else if (field === 2 || field === 3) {
      reader.expect(WIRE.varint);
      value = field === 2 ? { boolValue: reader.varint(end) !== 0 } : { intValue: reader.int64(end).toString() };
    } else if (field === 4) {
      reader.expect(WIRE.fixed64);
      value = { doubleValue: writtenDouble(reader.double(end)) };
    } else if (field === 5)
      value = { arrayValue: readList(reader, end, (within) => readValue(reader, within, depth + 1)) };
    else if (field === 6)
      value = { kvlistValue: readList(reader, end, (within) => readAttribute(reader, within, depth + 1)) };
    else if (field === 7) {
      const until = reader.message(end);
      value = { bytesValue: Buffer.from(reader.bytes.subarray(reader.at, until)).toString('base64') };
      reader.at = until;
    } else reader.skip(end);
  }
  return value;
}

/** ArrayValue and KeyValueList. */
function readList<T>(reader: ProtobufReader, end: number, one: (end: number) => T): T[] {
  const until = reader.message(end);
  const list: T[] = [];
  for (let field = reader.field(until); field !== 0; field = reader.field(until)) {
    if (field === 1) list.push(one(reader.message(until)));
    else reader.skip(until);
  }
  return list;
}
