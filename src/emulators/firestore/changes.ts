/** What a list of writes would do: decided in full from the present state, before anything is stored. */
import { status } from '@grpc/grpc-js';
import { encodeFields } from './encode-fields.ts';
import { getField, isNameField, parseFieldPath, setField } from './field-paths.ts';
import { MAX_TRANSFORMS_PER_DOCUMENT } from './limits.ts';
import { documentName } from './paths.ts';
import { decodeFields } from './protocol.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { Fields, Write, WriteResult } from './schemas.ts';
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
 * @param requestTime in microseconds, when it was asked for: what server timestamps are.
 * @throws INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION: the commit does nothing then.
 */
export function decideChanges(
  writes: readonly Write[],
  get: (name: string) => StoredDocument | undefined,
  time: number,
  requestTime = time,
): Changes {
  const documents = new Map<string, Change>();
  const transforms = new Map<string, number>();
  const results: WriteResult[] = [];
  let deletes = 0;
  for (const write of writes) {
    if (write.operation === 'transform') throw unimplemented('Write.transform (use update_transforms)');
    if (!write.operation) throw invalidArgument('A write has no operation.');
    const name = documentName(write.operation === 'delete' ? write.delete : write.update?.name);
    const earlier = documents.get(name);
    const current = earlier ? earlier.after : get(name);
    const before = earlier ? earlier.before : current;
    checkPrecondition(name, write.currentDocument, current);
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
    const fields = written(write, current);
    const transformResults = write.updateTransforms?.length
      ? { transformResults: applyTransforms(fields, write.updateTransforms, requestTime) }
      : undefined;
    const bytes = encodeFields(name, fields);
    const unchanged = current !== undefined && bytes.equals(current.fields);
    const after = unchanged ? current : { name, fields: bytes, created: current?.created ?? time, updated: time };
    documents.set(name, { before, after });
    results.push({ updateTime: timestampOf(after.updated), ...transformResults });
  }
  return { documents, results, writes: writes.length - deletes, deletes };
}

/** The fields that the write gives; under a mask the current ones, replaced, or removed where none is given. */
function written({ update: { fields: given = {} } = {}, updateMask }: Write, current: Change['before']): Fields {
  if (!updateMask) return { ...given };
  const fields = current ? decodeFields(current.fields) : {};
  for (const text of updateMask.fieldPaths ?? []) {
    const path = parseFieldPath(text);
    if (isNameField(path)) throw invalidArgument('The update mask must not name __name__.');
    setField(fields, path, getField(given, path));
  }
  return fields;
}

function checkPrecondition(name: string, wanted: Write['currentDocument'], current: Change['before']): void {
  if (!wanted) return;
  const { exists, updateTime } = wanted;
  if (exists === false && current) throw new RpcError(status.ALREADY_EXISTS, `Document already exists: ${name}`);
  if (exists && !current) throw new RpcError(status.NOT_FOUND, `No document to update: ${name}`);
  if (updateTime && microsOf(updateTime) !== current?.updated) {
    throw new RpcError(
      status.FAILED_PRECONDITION,
      current
        ? `The stored version of ${name} (${current.updated}) does not match the required base version ` +
            `(${microsOf(updateTime)}); times in microseconds.`
        : `No document to update: ${name}`,
    );
  }
}
