/** google.firestore.v1 on the wire: the service as the client's own protos define it, and documents spliced as bytes. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import type { MessageTypeDefinition } from '@grpc/proto-loader';

import { MAX_REQUEST_BYTES } from './limits.ts';
import type { Fields, Value } from './schemas.ts';

const PACKAGE = 'google.firestore.v1';

const loaded = load();

/** RPCs of the service. Streams of documents take ready bytes, so that a stored document is never decoded to be sent. */
export const service: ServiceDefinition = Object.fromEntries(
  Object.entries(loaded[`${PACKAGE}.Firestore`] as unknown as ServiceDefinition).map(([name, method]) => {
    const raw = name === 'RunQuery' || name === 'BatchGetDocuments';
    return [name, { ...limited(method), ...(raw ? { responseSerialize: (bytes: Buffer) => bytes } : {}) }];
  }),
);

/** A request above the limit is not decoded, only marked, so that its handler can refuse it by name. */
function limited<T extends ServiceDefinition[string]>(method: T): T {
  const requestDeserialize = (bytes: Buffer): unknown =>
    bytes.length > MAX_REQUEST_BYTES ? { tooLarge: bytes.length } : method.requestDeserialize(bytes);
  return { ...method, requestDeserialize };
}

const documentType = message<{ fields?: Fields }>('Document');
const valueType = message<Value>('Value');

export const decodeFields = (bytes: Uint8Array): Fields => documentType.deserialize(asBuffer(bytes)).fields ?? {};

/** Decodes one top-level field of `encodeFields`'s bytes, stepping over the others. */
export function decodeField(bytes: Uint8Array, name: string): Value | undefined {
  const buffer = asBuffer(bytes);
  const wanted = Buffer.from(name);
  // Each field is a map entry: 0x12 length (0x0a length name 0x12 length value).
  for (let at = 0; at < buffer.length;) {
    const entry = readLength(buffer, at + 1);
    const end = entry.at + entry.length;
    const key = readLength(buffer, entry.at + 1);
    const keyEnd = key.at + key.length;
    if (key.length === wanted.length && buffer.compare(wanted, 0, wanted.length, key.at, keyEnd) === 0) {
      const value = readLength(buffer, keyEnd + 1);
      return valueType.deserialize(buffer.subarray(value.at, end));
    }
    at = end;
  }
  return undefined;
}

/** A Document message from its parts; times in microseconds. */
export function encodeDocument(name: string, fields: Uint8Array, created: number, updated: number): Buffer {
  return Buffer.concat([
    lengthDelimited(1, Buffer.from(name)),
    fields,
    lengthDelimited(3, encodeTimestamp(created)),
    lengthDelimited(4, encodeTimestamp(updated)),
  ]);
}

/** A field of wire type 2 (bytes, text or message). */
export function lengthDelimited(field: number, bytes: Uint8Array): Buffer {
  const head: number[] = [(field << 3) | 2];
  pushVarint(head, bytes.length);
  const buffer = Buffer.allocUnsafe(head.length + bytes.length);
  buffer.set(head, 0);
  buffer.set(bytes, head.length);
  return buffer;
}

export function encodeTimestamp(micros: number): Buffer {
  const seconds = Math.floor(micros / 1e6);
  const bytes: number[] = [0x08];
  pushVarint(bytes, seconds);
  const nanos = (micros - seconds * 1e6) * 1000;
  if (nanos > 0) {
    bytes.push(0x10);
    pushVarint(bytes, nanos);
  }
  return Buffer.from(bytes);
}

/** Not for negative numbers. */
export function pushVarint(bytes: number[], number: number): void {
  let rest = number;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readLength(buffer: Buffer, start: number): { length: number; at: number } {
  let length = 0;
  let scale = 1;
  for (let at = start; ; at += 1) {
    const byte = buffer[at] as number;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return { length, at: at + 1 };
    scale *= 0x80;
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function message<T>(name: string): MessageTypeDefinition<T, T> {
  return loaded[`${PACKAGE}.${name}`] as unknown as MessageTypeDefinition<T, T>;
}

function load(): ReturnType<typeof fromJSON> {
  // The client ships its protos as JSON too, which loads several times faster than the .proto files.
  const client = createRequire(import.meta.url).resolve('@google-cloud/firestore/package.json');
  const json = JSON.parse(readFileSync(join(dirname(client), 'build/protos/v1.json'), 'utf8')) as Parameters<
    typeof fromJSON
  >[0];
  return fromJSON(json, { longs: String, enums: String, oneofs: true });
}
