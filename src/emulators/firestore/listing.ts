/** ListDocuments and ListCollectionIds: what is below a document, also below one that does not exist. */
import { parseFieldPath, project } from './field-paths.ts';
import { checkId, idKey, idOf, parentName } from './paths.ts';
import { decodeFields } from './protocol.ts';
import { invalidArgument, unimplemented } from './rpc-error.ts';
import type { Fields, ListCollectionIdsRequest, ListDocumentsRequest } from './schemas.ts';
import type { Store } from './store.ts';
import { ALL_IDS } from './store.ts';
import { timestampOf, toBytes } from './values.ts';

const DEFAULT_PAGE_SIZE = 300;

interface ListedDocument {
  name: string;
  fields?: Fields;
  createTime?: { seconds: string; nanos: number };
  updateTime?: { seconds: string; nanos: number };
}

export function listDocuments(
  store: Store,
  request: ListDocumentsRequest,
): { documents: ListedDocument[]; nextPageToken: string } {
  if (request.orderBy) throw unimplemented('ListDocumentsRequest.order_by');
  if (request.readTime || request.transaction) throw unimplemented('ListDocuments in a transaction or at a read_time');
  if (!request.collectionId) throw unimplemented('ListDocuments of all collections');
  checkId(request.collectionId, false);
  const name = `${parentName(request.parent)}/${request.collectionId}`;
  const place = store.collection(name);
  const size = pageSize(request.pageSize);
  const from = tokenText(request.pageToken);
  const mask = request.mask && (request.mask.fieldPaths ?? []).map((text) => parseFieldPath(text));
  const documents: ListedDocument[] = [];
  for (const found of place ? store.documents(place, { ...ALL_IDS, low: from }, false, size + 1) : []) {
    const fields = decodeFields(found.fields);
    documents.push({
      name: found.name,
      fields: mask ? project(fields, mask) : fields,
      createTime: timestampOf(found.created),
      updateTime: timestampOf(found.updated),
    });
  }
  if (request.showMissing) {
    const present = new Set(documents.map((document) => document.name));
    const below = store.filledCollectionsBelow(name).map((deeper) => firstId(name, deeper));
    for (const id of new Set(below)) {
      const missing = `${name}/${id}`;
      if (idKey(id) >= from && !present.has(missing) && !store.get(missing)) documents.push({ name: missing });
    }
    documents.sort((a, b) => (sortKey(a.name) < sortKey(b.name) ? -1 : 1));
  }
  const next = documents[size];
  return { documents: documents.slice(0, size), nextPageToken: next ? tokenOf(idKey(idOf(next.name))) : '' };
}

export function listCollectionIds(
  store: Store,
  request: ListCollectionIdsRequest,
): { collectionIds: string[]; nextPageToken: string } {
  if (request.readTime) throw unimplemented('ListCollectionIds at a read_time');
  const parent = parentName(request.parent);
  const size = pageSize(request.pageSize);
  const from = tokenText(request.pageToken);
  const ids = [...new Set(store.filledCollectionsBelow(parent).map((name) => firstId(parent, name)))];
  const left = ids.filter((id) => idKey(id) >= from);
  const next = left[size];
  return { collectionIds: left.slice(0, size), nextPageToken: next === undefined ? '' : tokenOf(idKey(next)) };
}

const firstId = (above: string, name: string): string => name.slice(above.length + 1).split('/', 1)[0] ?? '';

const sortKey = (name: string): string => toBytes(idKey(idOf(name)));

function pageSize(wanted = 0): number {
  if (wanted < 0) throw invalidArgument('The page size must not be negative.');
  return wanted || DEFAULT_PAGE_SIZE;
}

/** A page token is the sort key of the first id of the page. */
const tokenOf = (key: string): string => Buffer.from(key).toString('base64url');
const tokenText = (token = ''): string => Buffer.from(token, 'base64url').toString();
