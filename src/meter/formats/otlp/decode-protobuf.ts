/** ExportMetricsServiceRequest in protobuf. What says of a list what it is may lie behind it: each message is looked over before its list is read. */
import { type ProtobufReader, WIRE } from '../protobuf.ts';
import { readAttribute, readText } from './protobuf-attribute.ts';
import { readPoint } from './protobuf-point.ts';
import { type Attribute, BadItem, type Data, DATA_FIELDS, type Resource, type Scope, type Visitor } from './request.ts';

const DATA_BY_FIELD = new Map(Object.entries(DATA_FIELDS).map(([data, field]) => [field as number, data as Data]));

/** @throws {UserError} when it is no such message. */
export function decodeProtobuf(reader: ProtobufReader, visitor: Visitor): void {
  const end = reader.bytes.length;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) decodeResource(reader, reader.message(end), visitor);
    else reader.skip(end);
  }
}

function decodeResource(reader: ProtobufReader, end: number, visitor: Visitor): void {
  const start = reader.at;
  let resource: Omit<Resource, 'schemaUrl'> = { attributes: [], droppedAttributes: 0 };
  let schemaUrl = '';
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) resource = decodeAttributes(reader, reader.message(end), 1, 2);
    else if (field === 3) schemaUrl = readText(reader, end);
    else reader.skip(end);
  }
  visitor.resource({ ...resource, schemaUrl });
  forEach(reader, start, end, 2, (within) => decodeScope(reader, within, visitor));
}

function decodeScope(reader: ProtobufReader, end: number, visitor: Visitor): void {
  const start = reader.at;
  let scope: Omit<Scope, 'schemaUrl'> = { name: '', version: '', attributes: [], droppedAttributes: 0 };
  let schemaUrl = '';
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 1) {
      const within = reader.message(end);
      const at = reader.at;
      const { attributes, droppedAttributes } = decodeAttributes(reader, within, 3, 4);
      const texts = decodeTexts(reader, at, within, 2);
      scope = { name: texts[0] ?? '', version: texts[1] ?? '', attributes, droppedAttributes };
    } else if (field === 3) schemaUrl = readText(reader, end);
    else reader.skip(end);
  }
  visitor.scope({ ...scope, schemaUrl });
  forEach(reader, start, end, 2, (within) => decodeMetric(reader, within, visitor));
}

/** Reads fields 1 to `last` as texts, from `start` to `end`, where the reader stands afterwards. */
function decodeTexts(reader: ProtobufReader, start: number, end: number, last: number): string[] {
  const texts: string[] = Array.from({ length: last }, () => '');
  reader.at = start;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field <= last) texts[field - 1] = readText(reader, end);
    else reader.skip(end);
  }
  return texts;
}

function decodeAttributes(
  reader: ProtobufReader,
  end: number,
  list: number,
  dropped: number,
): Omit<Resource, 'schemaUrl'> {
  const attributes: Attribute[] = [];
  let droppedAttributes = 0;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === list) attributes.push(readAttribute(reader, reader.message(end)));
    else if (field === dropped) {
      reader.expect(WIRE.varint);
      droppedAttributes = reader.varint(end);
    } else reader.skip(end);
  }
  return { attributes, droppedAttributes };
}

function decodeMetric(reader: ProtobufReader, end: number, visitor: Visitor): void {
  const start = reader.at;
  const [name = '', description = '', unit = ''] = decodeTexts(reader, start, end, 3);
  const metadata: Attribute[] = [];
  let data: Data | undefined;
  let temporality = 0;
  let isMonotonic = false;
  reader.at = start;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    const found = DATA_BY_FIELD.get(field);
    if (field === 12) metadata.push(readAttribute(reader, reader.message(end)));
    else if (found === undefined) reader.skip(end);
    else {
      data = found;
      const within = reader.message(end);
      if (data === 'gauge' || data === 'summary') reader.at = within;
      else [temporality, isMonotonic] = decodeAggregation(reader, within);
    }
  }
  if (data === undefined) return;
  visitor.metric({ name, description, unit, data, temporality, isMonotonic, metadata });
  const chosen = data;
  forEach(reader, start, end, DATA_FIELDS[data], (within) =>
    forEach(reader, reader.at, within, 1, (pointEnd) => decodePoint(reader, pointEnd, chosen, visitor)),
  );
}

function decodeAggregation(reader: ProtobufReader, end: number): [temporality: number, isMonotonic: boolean] {
  let temporality = 0;
  let isMonotonic = false;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === 2 || field === 3) {
      reader.expect(WIRE.varint);
      const value = reader.varint(end);
      if (field === 2) temporality = value;
      else isMonotonic = value !== 0;
    } else reader.skip(end);
  }
  return [temporality, isMonotonic];
}

function decodePoint(reader: ProtobufReader, end: number, data: Data, visitor: Visitor): void {
  try {
    visitor.point(readPoint(reader, end, data));
  } catch (thrown) {
    if (!(thrown instanceof BadItem)) throw thrown;
    visitor.bad(thrown.code, thrown.message);
    reader.at = end;
  }
}

/** Each message of a repeated field, from `start` to `end`. */
function forEach(
  reader: ProtobufReader,
  start: number,
  end: number,
  wanted: number,
  visit: (end: number) => void,
): void {
  reader.at = start;
  for (let field = reader.field(end); field !== 0; field = reader.field(end)) {
    if (field === wanted) visit(reader.message(end));
    else reader.skip(end);
  }
}
