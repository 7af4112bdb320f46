/** google.firestore.v1 on the wire: the service as the client's own protos define it, and documents as stored bytes. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { MessageTypeDefinition } from '@grpc/proto-loader';
import { loadDescriptors } from '../descriptors.ts';
import type { FieldPath } from './field-paths.ts';
import { project } from './field-paths.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import type { Fields, Value } from './schemas.ts';
import type { StoredDocument } from './store.ts';
import { timestampOf } from './values.ts';
import { splice, text, timestamp } from './wire.ts';

const client = createRequire(import.meta.url).resolve('@google-cloud/firestore/package.json');
const loaded = loadDescriptors(join(dirname(client), 'build/protos/v1.json'), ['firestore', 'rpc', 'type'], {
  longs: String,
  enums: String,
  oneofs: true,
});

const loadedType = <T>(name: string): T => loaded[`google.firestore.v1.${name}`] as unknown as T;
const documentType = loadedType<MessageTypeDefinition<object, { fields?: Fields }>>('Document');
const valueType = loadedType<MessageTypeDefinition<object, Value>>('Value');

/** Streams of documents take ready bytes, so that a stored document is never decoded to be sent. */
export const service: ServiceDefinition = Object.fromEntries(
  Object.entries(loadedType<ServiceDefinition>('Firestore')).map(([name, method]) => {
    // A request above the limit is not decoded, only marked, so that its handler can refuse it by name.
    const requestDeserialize = (bytes: Buffer): unknown =>
      bytes.length > MAX_REQUEST_BYTES ? { tooLarge: true } : method.requestDeserialize(bytes);
    const raw = name === 'RunQuery' || name === 'BatchGetDocuments';
    return [name, { ...method, requestDeserialize, ...(raw && { responseSerialize: (bytes: Buffer) => bytes }) }];
  }),
);

export const decodeFields = (bytes: Uint8Array): Fields => documentType.deserialize(asBuffer(bytes)).fields ?? {};

/** Decodes one top-level field of `encodeFields`'s bytes, stepping over the others. */
export function decodeField(bytes: Uint8Array, name: string): Value | undefined {
  const buffer = asBuffer(bytes);
  const wanted = Buffer.from(name);
  // Each field is a map entry: 0x12 length (0x0a length name 0x12 length value).
  for (let at = 0; at < buffer.length;) {
    const [entryAt, end] = readSpan(buffer, at + 1);
    const [keyAt, keyEnd] = readSpan(buffer, entryAt + 1);
    if (keyEnd - keyAt === wanted.length && buffer.compare(wanted, 0, wanted.length, keyAt, keyEnd) === 0) {
      return valueType.deserialize(buffer.subarray(...readSpan(buffer, keyEnd + 1)));
    }
    at = end;
  }
  return undefined;
}

/** Where the content that follows a length begins and ends. */
function readSpan(buffer: Buffer, start: number): [from: number, to: number] {
  let length = 0;
  for (let at = start, scale = 1; ; at += 1, scale *= 0x80) {
    const byte = buffer[at] as number;
    length += (byte & 0x7f) * scale;
    if (byte < 0x80) return [at + 1, at + 1 + length];
  }
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A Document message, for answers that are not made of bytes. */
export function documentMessage(
  { name, fields, created, updated }: StoredDocument,
  mask?: readonly FieldPath[],
): object {
  const all = decodeFields(fields);
  return {
    name,
    fields: mask ? project(all, mask) : all,
    createTime: timestampOf(created),
    updateTime: timestampOf(updated),
  };
}

/** Writes a Document message. Times are microseconds. */
export function writeDocument({ name, fields, created, updated }: Omit<StoredDocument, 'row'>): void {
  text(0x0a, name);
  splice(fields);
  timestamp(0x1a, timestampOf(created));
  timestamp(0x22, timestampOf(updated));
}
