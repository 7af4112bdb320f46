/** ListDocuments and ListCollectionIds: what is below a document, also below one that does not exist. */
import { parseMask } from './field-paths.ts';
import { checkId, idFromKey, idKey, idOf, parentName } from './paths.ts';
import { documentMessage } from './protocol.ts';
import { invalidArgument, unimplemented } from './rpc-error.ts';
import type { Requests } from './schemas.ts';
import type { Store, StoredDocument } from './store.ts';
import { ALL_IDS } from './store.ts';
import { toBytes } from './values.ts';

const DEFAULT_PAGE_SIZE = 300;

export function listDocuments(
  store: Store,
  request: Requests['ListDocuments'],
): { documents: object[]; nextPageToken: string } {
  const { collectionId, pageToken, mask, showMissing } = request;
  if (request.orderBy) throw unimplemented('ListDocumentsRequest.order_by');
  if (request.readTime || request.transaction) throw unimplemented('ListDocuments in a transaction or at a read_time');
  if (!collectionId) throw unimplemented('ListDocuments of all collections');
  checkId(collectionId);
  const name = `${parentName(request.parent)}/${collectionId}`;
  const size = pageSize(request.pageSize);
  const from = keyOf(pageToken);
  const place = store.collection(name);
  const found = new Map<string, StoredDocument | undefined>();
  for (const document of place ? store.documents(place, undefined, { ...ALL_IDS, low: from }) : []) {
    found.set(idKey(idOf(document.name)), document);
    if (found.size > size) break;
  }
  for (const key of showMissing ? keysBelow(store, name) : []) {
    if (key >= from && !found.has(key) && !store.get(`${name}/${idFromKey(key)}`)) found.set(key, undefined);
  }
  const page = [...found].sort(([a], [b]) => (toBytes(a) < toBytes(b) ? -1 : 1));
  const paths = mask && parseMask(mask.fieldPaths);
  const documents = page.slice(0, size).map(([key, document]) => {
    const id = `${name}/${idFromKey(key)}`;
    return document ? documentMessage(document, paths) : { name: id };
  });
  return { documents, nextPageToken: tokenOf(page[size]?.[0]) };
}

export function listCollectionIds(
  store: Store,
  request: Requests['ListCollectionIds'],
): { collectionIds: string[]; nextPageToken: string } {
  if (request.readTime) throw unimplemented('ListCollectionIds at a read_time');
  const size = pageSize(request.pageSize);
  const from = keyOf(request.pageToken);
  const left = keysBelow(store, parentName(request.parent)).filter((key) => key >= from);
  return { collectionIds: left.slice(0, size).map(idFromKey), nextPageToken: tokenOf(left[size]) };
}

/** The keys of ids right below a name that lead to a collection with documents. */
const keysBelow = (store: Store, name: string): string[] => {
  const ids = store.filledCollectionsBelow(name).map((deeper) => deeper.slice(name.length + 1).split('/', 1)[0] ?? '');
  return [...new Set(ids)].map(idKey);
};

function pageSize(wanted = 0): number {
  if (wanted < 0) throw invalidArgument('The page size must not be negative.');
  return wanted || DEFAULT_PAGE_SIZE;
}

/** A page token is the key of the first id of the page. */
const tokenOf = (key = ''): string => Buffer.from(key).toString('base64url');
const keyOf = (token = ''): string => Buffer.from(token, 'base64url').toString();
