/**
 * A commit that knows how large it is. What Firestore would refuse for its size is refused here, by name, as what it is: the same commit
 * would be refused again, however often it is sent.
 */
import type {
  DocumentData,
  DocumentReference,
  Firestore,
  Precondition,
  SetOptions,
  UpdateData,
  WriteBatch,
  WriteResult,
} from '@google-cloud/firestore';
import { TerminalError } from '../errors.ts';
import { documentBytes, MAX_COMMIT_BYTES, MAX_DOCUMENT_BYTES, writeBytes } from './sizes.ts';

/** What a refusal says. */
export interface CommitName {
  /** What would have been saved: `the plan`. */
  readonly what: string;
  /** What a person can do, a sentence. */
  readonly next: string;
  /** For tests. */
  readonly maxBytes?: number;
}

export class MeasuredBatch {
  readonly #batch: WriteBatch;
  readonly #name: CommitName;
  #bytes = 0;
  #writes = 0;
  #largest = { path: '', bytes: 0 };

  constructor(db: Firestore, name: CommitName) {
    this.#batch = db.batch();
    this.#name = name;
  }

  /** What was added so far, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @throws {TerminalError} TOO_LARGE */
  create(ref: DocumentReference, fields: DocumentData): this {
    this.#add(ref, fields, true);
    this.#batch.create(ref, fields);
    return this;
  }

  /** @throws {TerminalError} TOO_LARGE */
  set(ref: DocumentReference, fields: DocumentData, options?: SetOptions): this {
    this.#add(ref, fields, options === undefined);
    if (options === undefined) this.#batch.set(ref, fields);
    else this.#batch.set(ref, fields, options);
    return this;
  }

  /** @throws {TerminalError} TOO_LARGE */
  update(ref: DocumentReference, fields: UpdateData<DocumentData>, precondition?: Precondition): this {
    this.#add(ref, fields, false);
    if (precondition === undefined) this.#batch.update(ref, fields);
    else this.#batch.update(ref, fields, precondition);
    return this;
  }

  delete(ref: DocumentReference): this {
    this.#add(ref, {}, false);
    this.#batch.delete(ref);
    return this;
  }

  /** @throws {TerminalError} TOO_LARGE, or what the client throws. */
  commit(): Promise<WriteResult[]> {
    const { maxBytes = MAX_COMMIT_BYTES } = this.#name;
    if (this.#bytes <= maxBytes) return this.#batch.commit();
    const { path, bytes } = this.#largest;
    return Promise.reject(
      this.#refusal(
        `it takes ${inMiB(this.#bytes)} in ${this.#writes} documents, the largest of them ${path} with ${inMiB(bytes)}, ` +
          `and Firestore takes ${inMiB(maxBytes)} at once`,
      ),
    );
  }

  #add(ref: DocumentReference, fields: object, isWhole: boolean): void {
    const bytes = writeBytes(ref.path, fields);
    this.#bytes += bytes;
    this.#writes++;
    if (bytes > this.#largest.bytes) this.#largest = { path: ref.path, bytes };
    // What an update leaves as it is counts, too; then the service says so.
    const stored = isWhole || bytes > MAX_DOCUMENT_BYTES ? documentBytes(ref.path, fields) : 0;
    if (stored > MAX_DOCUMENT_BYTES)
      throw this.#refusal(
        `${ref.path} takes ${inMiB(stored)}, and a document of Firestore ${inMiB(MAX_DOCUMENT_BYTES)}`,
      );
  }

  #refusal(because: string): TerminalError {
    const { what, next } = this.#name;
    return new TerminalError('TOO_LARGE', `${what} was not saved: ${because}. ${next}`);
  }
}

/** Documents that are seen one by one: in as many commits as they take, in their order. @throws {TerminalError} TOO_LARGE */
export async function setApart(
  db: Firestore,
  name: CommitName,
  documents: Iterable<{ readonly ref: DocumentReference; readonly fields: DocumentData }>,
): Promise<void> {
  const { maxBytes = MAX_COMMIT_BYTES } = name;
  let batch = new MeasuredBatch(db, name);
  for (const { ref, fields } of documents) {
    if (batch.bytes > 0 && batch.bytes + writeBytes(ref.path, fields) > maxBytes) {
      await batch.commit();
      batch = new MeasuredBatch(db, name);
    }
    batch.set(ref, fields);
  }
  if (batch.bytes > 0) await batch.commit();
}

const inMiB = (bytes: number): string => `${(bytes / 1_048_576).toFixed(2)} MiB`;
