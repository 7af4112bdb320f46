/** Resource names: their parts, their order, and the ids that they may hold. */
import { MAX_DOCUMENT_NAME_BYTES, MAX_ID_BYTES, MAX_SUBCOLLECTION_DEPTH } from './limits.ts';
import { invalidArgument } from './rpc-error.ts';

const ROOT = /^projects\/[^/]+\/databases\/[^/]+\/documents(?=\/|$)/;
const NUMERIC_ID = /^__id(0|-?[1-9]\d{0,18})__$/;
/** Five characters at least: `____` is an id like any other. */
const RESERVED_ID = /^__.+__$/s;
// oxlint-disable-next-line no-control-regex -- control characters are what it is for
const ESCAPED = /[\0-\x02]/g;
// oxlint-disable-next-line no-control-regex
const ESCAPE = /\x02([\x10-\x12])/g;

/** `projects/P/databases/D/documents`, from any name below it. */
export function rootOf(name: string): string {
  const root = ROOT.exec(name)?.[0];
  if (root !== undefined) return root;
  throw invalidArgument(`Resource name "${name}" must start with "projects/{project}/databases/{database}/documents".`);
}

/** Everything before the last slash: a document's collection, or a collection's parent. */
export const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

export const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** Answers the name when it is a document's. @throws INVALID_ARGUMENT, for reserved ids too, whoever reads or writes. */
export function documentName(name: string | undefined): string {
  const segments = (name ?? '').split('/').slice(5);
  if (name === undefined || segments.length === 0 || segments.length % 2 !== 0) {
    throw invalidArgument(`Document name "${name ?? ''}" must have an even number of path segments below "documents".`);
  }
  rootOf(name);
  for (const id of segments) checkId(id);
  if (segments.length / 2 > MAX_SUBCOLLECTION_DEPTH) {
    throw invalidArgument(`Document name is nested deeper than ${MAX_SUBCOLLECTION_DEPTH} subcollections.`);
  }
  if (Buffer.byteLength(name) > MAX_DOCUMENT_NAME_BYTES) {
    throw invalidArgument(`The document name is longer than ${MAX_DOCUMENT_NAME_BYTES} bytes.`);
  }
  return name;
}

/** Answers the name when it can be the parent of collections: the root, or a document. */
export function parentName(name: string | undefined): string {
  return name !== undefined && ROOT.exec(name)?.[0] === name ? name : documentName(name);
}

export function checkId(id: string): void {
  if (id === '' || id === '.' || id === '..') throw invalidArgument(`"${id}" is not a valid id in a resource name.`);
  // The usual case first: a short id cannot break the limit in bytes (a UTF-16 unit is at most three bytes of UTF-8).
  if (id.length * 3 > MAX_ID_BYTES && Buffer.byteLength(id) > MAX_ID_BYTES) {
    throw invalidArgument(`The id "${id.slice(0, 40)}…" is longer than ${MAX_ID_BYTES} bytes.`);
  }
  if (id.startsWith('__') && RESERVED_ID.test(id) && numberOf(id) === undefined) {
    throw invalidArgument(`Resource id "${id}" is invalid because it is reserved.`);
  }
}

/** The number of an id such as `__id7__`: any of 64 bits, in its one spelling. */
function numberOf(id: string): bigint | undefined {
  const digits = id.startsWith('__id') ? NUMERIC_ID.exec(id)?.[1] : undefined;
  if (digits === undefined) return undefined;
  const number = BigInt(digits);
  return BigInt.asIntN(64, number) === number ? number : undefined;
}

/**
 * One id as text whose UTF-8 bytes sort as Firestore sorts ids: numeric ids (`__id7__`) by number before all others.
 * Bytes 0 to 2 are escaped, so that a joined path can use 1 as its separator, below every byte of an id.
 */
export function idKey(id: string): string {
  const number = numberOf(id);
  if (number !== undefined) return `\x02\x03${(number + 2n ** 63n).toString(16).padStart(16, '0')}`;
  return id.replace(ESCAPED, (character) => `\x02${String.fromCharCode(0x10 + character.charCodeAt(0))}`);
}

/** The inverse of {@link idKey}. */
export function idFromKey(key: string): string {
  if (!key.includes('\x02')) return key;
  if (key.startsWith('\x02\x03')) return `__id${BigInt(`0x${key.slice(2)}`) - 2n ** 63n}__`;
  return key.replace(ESCAPE, (_, code: string) => String.fromCharCode(code.charCodeAt(0) - 0x10));
}

/** A whole name as text whose UTF-8 bytes sort as `__name__` sorts. */
export const pathKey = (name: string): string => name.split('/').map(idKey).join('\x01');
