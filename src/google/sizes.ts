/**
 * What a write takes, in bytes: of a document as Firestore counts it, and of a request an upper bound of the message that the client
 * sends. Pure.
 */
import { FieldValue, GeoPoint, Timestamp } from '@google-cloud/firestore';

/** A document, its name and field names included. https://cloud.google.com/firestore/quotas#limits */
export const MAX_DOCUMENT_BYTES = 1_048_576;

/** A request. https://cloud.google.com/firestore/quotas#limits */
const MAX_REQUEST_BYTES = 10 * 1_048_576;

/** A commit, as `writeBytes` counts it: a request without what the commit adds to its writes. */
export const MAX_COMMIT_BYTES = MAX_REQUEST_BYTES - 65_536;

/** `projects/…/databases/…/documents/` before a document's path: ids of 30 and 63 characters at most. */
const DATABASE_BYTES = 130;

/** Tags and lengths of a write, its document and its precondition. */
const WRITE_BYTES = 60;

/** Tags and lengths of a member of a map or an array: of its entry, its name, its value and what the value holds. */
const MEMBER_WIRE_BYTES = 12;
const ITEM_WIRE_BYTES = 8;

/** A merge or an update names its fields once more. */
const MASK_BYTES = 6;

/** Of a map, and of a document beside its name: https://firebase.google.com/docs/firestore/storage-size */
const MAP_BYTES = 32;

/** Of a document's name beside its ids. https://firebase.google.com/docs/firestore/storage-size */
const NAME_BYTES = 16;

const NUMBER_BYTES = 8;
const GEO_POINT_BYTES = 16;

/** What a value takes as it is counted, and what is sent beside that. */
interface Size {
  bytes: number;
  wire: number;
}

/** A document of these fields under `path`, as Firestore counts it. */
export const documentBytes = (path: string, fields: object): number => nameBytes(path) + sizeOf(fields).bytes;

/** What a write of these fields adds to its request, at most. A merge, or an update, sends a mask of the fields that it has. */
export function writeBytes(path: string, fields: object = {}): number {
  const { bytes, wire } = sizeOf(fields);
  const mask = Object.keys(fields).reduce((sum, name) => sum + Buffer.byteLength(name) + MASK_BYTES, 0);
  return WRITE_BYTES + DATABASE_BYTES + Buffer.byteLength(path) + bytes + wire + mask;
}

const nameBytes = (path: string): number =>
  path.split('/').reduce((sum, id) => sum + Buffer.byteLength(id) + 1, NAME_BYTES);

function sizeOf(value: unknown): Size {
  const size: Size = { bytes: 0, wire: 0 };
  measure(value, size);
  return size;
}

function measure(value: unknown, size: Size): void {
  if (typeof value === 'string') size.bytes += Buffer.byteLength(value) + 1;
  else if (typeof value === 'number' || typeof value === 'bigint') size.bytes += NUMBER_BYTES;
  else if (typeof value === 'boolean' || value === null) size.bytes += 1;
  else if (value instanceof Uint8Array) size.bytes += value.byteLength;
  else if (value instanceof Timestamp || value instanceof Date) size.bytes += NUMBER_BYTES;
  else if (value instanceof GeoPoint || value instanceof FieldValue) size.bytes += GEO_POINT_BYTES;
  else if (Array.isArray(value)) {
    size.wire += value.length * ITEM_WIRE_BYTES;
    for (const item of value) measure(item, size);
  } else if (typeof value === 'object') {
    size.bytes += MAP_BYTES;
    for (const [name, member] of Object.entries(value)) {
      if (member === undefined) continue;
      size.bytes += Buffer.byteLength(name) + 1;
      size.wire += MEMBER_WIRE_BYTES;
      measure(member, size);
    }
  }
}
