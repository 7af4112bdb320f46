/** Lists objects: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
import { invalid } from './errors.ts';
import { readGlob } from './glob.ts';
import { pageSize, readToken, successor, tokenOf } from './paging.ts';
import type { Store, StoredObject } from './store.ts';

export const LIST_PARAMETERS = [
  'prefix',
  'delimiter',
  'startOffset',
  'endOffset',
  'matchGlob',
  'includeTrailingDelimiter',
  'maxResults',
  'pageToken',
];

export interface Listing {
  readonly items: readonly StoredObject[];
  readonly prefixes: readonly string[];
  readonly nextPageToken: string | undefined;
}

/** Rows that are read at once; with a delimiter most of them may be of a folder that is passed over. */
const BATCH = { flat: 200, folders: 20 } as const;

/** @throws {StorageError} notFound of the bucket, invalid */
export function listObjects(store: Store, bucket: string, query: URLSearchParams): Listing {
  const [prefix = '', delimiter = ''] = ['prefix', 'delimiter'].map((name) => query.get(name) ?? '');
  const trailing = query.get('includeTrailingDelimiter') === 'true';
  const [startOffset, endOffset] = ['startOffset', 'endOffset'].map((name) => query.get(name) ?? undefined);
  const glob = query.get('matchGlob') ?? '';
  if (glob !== '' && delimiter !== '' && delimiter !== '/') {
    throw invalid('delimiter must be "/" or empty when matchGlob is set');
  }
  const matches = glob === '' ? undefined : readGlob(glob);
  const size = pageSize(query);
  store.bucket(bucket);

  const batchSize = delimiter === '' ? BATCH.flat : BATCH.folders;
  const items: StoredObject[] = [];
  const prefixes: string[] = [];
  let from: string | undefined = [prefix, startOffset ?? '', readToken(query) ?? ''].reduce(laterOf);
  const full = (): boolean => items.length + prefixes.length >= size;
  while (from !== undefined) {
    const batch = store.objects(bucket, from, batchSize);
    from = batch.length < batchSize ? undefined : after(batch.at(-1));
    for (const object of batch) {
      const { name } = object;
      if (!name.startsWith(prefix) || (endOffset !== undefined && !isBefore(name, endOffset))) {
        return { items, prefixes, nextPageToken: undefined };
      }
      if (matches?.test(name) === false) continue;
      if (full()) return { items, prefixes, nextPageToken: tokenOf(name) };
      const folder = folderOf(name, prefix, delimiter);
      if (folder === undefined) {
        items.push(object);
        continue;
      }
      prefixes.push(folder);
      // "a/" itself is an item, too, when it is asked for.
      if (trailing && name === folder) items.push(object);
      // The rest of the folder is not read.
      from = successor(folder);
      break;
    }
  }
  return { items, prefixes, nextPageToken: undefined };
}

/** Up to the first delimiter past the prefix. */
function folderOf(name: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : name.slice(0, at + delimiter.length);
}

const after = (object: StoredObject | undefined): string | undefined => object && `${object.name}\0`;

const isBefore = (left: string, right: string): boolean => Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0;
const laterOf = (left: string, right: string): string => (isBefore(left, right) ? right : left);
