/** What a list of writes would do: decided in full from the present state, before anything is stored. */
import { status } from '@grpc/grpc-js';

import { canonicalFields } from './canonical-fields.ts';
import { getField, isNameField, parseFieldPath, setField } from './field-paths.ts';
import { MAX_TRANSFORMS_PER_DOCUMENT } from './limits.ts';
import { documentName } from './paths.ts';
import { encodeFields } from './encode-fields.ts';
import { decodeFields } from './protocol.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { Fields, Precondition, Write, WriteResult } from './schemas.ts';
import type { StoredDocument } from './store.ts';
import { applyTransforms } from './transforms.ts';
import { microsOf, timestampOf } from './values.ts';

export interface Change {
  readonly before: StoredDocument | undefined;
  readonly after: StoredDocument | undefined;
}

export interface Changes {
  /** By document name, in the order of first mention. */
  readonly documents: ReadonlyMap<string, Change>;
  readonly results: WriteResult[];
  /** Billed operations: every write counts, also one that changes nothing. */
  readonly writes: number;
  readonly deletes: number;
}

/**
 * Pure: reads through `get`, stores nothing.
 * @param time the commit's time in microseconds, above that of every earlier commit.
 * @throws INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION: the commit does nothing then.
 */
export function decideChanges(
  writes: readonly Write[],
  get: (name: string) => StoredDocument | undefined,
  time: number,
): Changes {
  const documents = new Map<string, Change>();
  const transforms = new Map<string, number>();
  const results: WriteResult[] = [];
  let deletes = 0;
  for (const write of writes) {
    if (write.operation === 'transform') throw unimplemented('Write.transform (use update_transforms)');
    if (!write.operation) throw invalidArgument('A write has no operation.');
    const name = documentName(write.operation === 'delete' ? write.delete : write.update?.name, true);
    const first = documents.get(name);
    const current = first ? first.after : get(name);
    checkPrecondition(name, write.currentDocument, current);
    const before = first ? first.before : current;
    if (write.operation === 'delete') {
      deletes += 1;
      documents.set(name, { before, after: undefined });
      results.push({});
      continue;
    }
    const count = (transforms.get(name) ?? 0) + (write.updateTransforms?.length ?? 0);
    transforms.set(name, count);
    if (count > MAX_TRANSFORMS_PER_DOCUMENT) {
      throw invalidArgument(
        `A commit may apply at most ${MAX_TRANSFORMS_PER_DOCUMENT} field transforms to one document: ${name}`,
      );
    }
    const { after, result } = update(write, name, current, time);
    documents.set(name, { before, after });
    results.push(result);
  }
  return { documents, results, writes: writes.length - deletes, deletes };
}

function update(
  write: Write,
  name: string,
  current: StoredDocument | undefined,
  time: number,
): { after: StoredDocument; result: WriteResult } {
  const given = write.update?.fields ?? {};
  const fields = write.updateMask ? masked(given, write.updateMask.fieldPaths ?? [], current) : { ...given };
  const transformResults = write.updateTransforms?.length
    ? applyTransforms(fields, write.updateTransforms, time)
    : undefined;
  const bytes = encodeFields(canonicalFields(name, fields));
  const unchanged = current !== undefined && Buffer.compare(bytes, current.fields) === 0;
  const after = unchanged ? current : { name, fields: bytes, created: current?.created ?? time, updated: time };
  const result = { updateTime: timestampOf(after.updated), ...(transformResults ? { transformResults } : {}) };
  return { after, result };
}

/** The current fields, with those under the mask replaced, or removed where none is given. */
function masked(given: Fields, paths: readonly string[], current: StoredDocument | undefined): Fields {
  const fields = current ? decodeFields(current.fields) : {};
  for (const text of paths) {
    const path = parseFieldPath(text);
    if (isNameField(path)) throw invalidArgument('The update mask must not name __name__.');
    setField(fields, path, getField(given, path));
  }
  return fields;
}

function checkPrecondition(name: string, wanted: Precondition | undefined, current: StoredDocument | undefined): void {
  if (!wanted) return;
  if (wanted.exists === false && current) throw new RpcError(status.ALREADY_EXISTS, `Document already exists: ${name}`);
  if ((wanted.exists === true || wanted.updateTime) && !current) {
    throw new RpcError(wanted.exists ? status.NOT_FOUND : status.FAILED_PRECONDITION, `No document to update: ${name}`);
  }
  if (wanted.updateTime && current && microsOf(wanted.updateTime) !== current.updated) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `The stored version of ${name} (${current.updated}) does not match the required base version ` +
        `(${microsOf(wanted.updateTime)}); times in microseconds.`,
    );
  }
}
