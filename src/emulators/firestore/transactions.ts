/** Open transactions: lazy begin, age, expiry, and the locks or the snapshot that each one reads through. */
import { randomBytes } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { Change } from './changes.ts';
import { TRANSACTION_IDLE_MS, TRANSACTION_TOTAL_MS } from './limits.ts';
import type { Locks, Owner } from './locks.ts';
import type { Query } from './query.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { TransactionOptions } from './schemas.ts';
import type { StoredDocument } from './store.ts';

export interface Transaction extends Owner {
  readonly id: Buffer;
  readonly readOnly: boolean;
  readonly started: number;
  /** Microseconds: what a transaction that reads from its snapshot answers as the time of all its reads. */
  readTime: number;
  lastUsed: number;
  /** A read-only transaction sees these documents as they were when it began, an overtaken one as when that happened. */
  readonly snapshot: Map<string, StoredDocument | undefined>;
  /** Why its commit is refused: an older transaction has changed what it read. */
  overtaken?: RpcError;
}

/** The client retries on this text whatever the code: https://github.com/googleapis/nodejs-firestore, `isRetryableTransactionError`. */
const EXPIRED = 'The referenced transaction has expired or is no longer valid.';
const REMEMBERED = 10_000;
/** How often open transactions are looked at for expiry: a real timer only asks the clock, which tests move. */
const SWEEP_MS = 250;

export function openTransactions(clock: () => number, now: () => number, locks: Locks<Query, Transaction>) {
  const open = new Map<string, Transaction>();
  /** Why a transaction ended that the client did not end; and the age of each, for its retry. */
  const ended = new Map<string, RpcError>();
  const ages = new Map<string, number>();
  let nextAge = 1;
  const sweeper = setInterval(() => expire(), SWEEP_MS).unref();

  const find = (id: Uint8Array): Transaction | undefined => open.get(keyOf(id));

  /** Ends it and frees its locks. A reason is kept for whoever uses it again. */
  function end(transaction: Transaction, reason?: RpcError): void {
    const key = keyOf(transaction.id);
    open.delete(key);
    if (reason) remember(ended, key, reason);
    locks.release(transaction, reason);
  }

  /** Ends transactions that were idle for a minute or open for 270 seconds. */
  function expire(): void {
    const time = clock();
    for (const transaction of open.values()) {
      if (time - transaction.lastUsed > TRANSACTION_IDLE_MS || time - transaction.started > TRANSACTION_TOTAL_MS) {
        end(transaction, new RpcError(status.ABORTED, EXPIRED));
      }
    }
  }

  return {
    find,
    end,

    /**
     * Lets an older transaction change what this one has read. Its commit will be refused; until then its reads go on
     * in one consistent state, as a read that is refused is tried by the client for seven seconds before it starts anew.
     */
    overtake(transaction: Transaction): void {
      transaction.overtaken = new RpcError(status.ABORTED, 'Too much contention on these documents. Please try again.');
      transaction.readTime = now();
      locks.release(transaction, transaction.overtaken);
    },

    begin({ mode, readOnly, readWrite }: TransactionOptions): Transaction {
      if (readOnly?.readTime) throw unimplemented('TransactionOptions.ReadOnly.read_time');
      const id = randomBytes(16);
      const age = ages.get(keyOf(readWrite?.retryTransaction)) ?? (nextAge += 1);
      const started = clock();
      const transaction: Transaction = {
        id,
        age,
        readOnly: mode === 'readOnly',
        started,
        readTime: now(),
        lastUsed: started,
        snapshot: new Map(),
      };
      open.set(keyOf(id), transaction);
      remember(ages, keyOf(id), age);
      return transaction;
    },

    /** @throws ABORTED when it was ended by expiry or its commit was refused, INVALID_ARGUMENT when it is not known. */
    use(id: Uint8Array): Transaction {
      expire();
      const found = find(id);
      if (!found) throw ended.get(keyOf(id)) ?? invalidArgument(EXPIRED);
      found.lastUsed = clock();
      return found;
    },

    /** Before a commit is stored: keeps the old state for open transactions that read from their snapshot. */
    keepBefore(changes: ReadonlyMap<string, Change>): void {
      for (const { readOnly, overtaken, snapshot } of open.values()) {
        if (!readOnly && !overtaken) continue;
        for (const [name, { before }] of changes) if (!snapshot.has(name)) snapshot.set(name, before);
      }
    },

    close(): void {
      clearInterval(sweeper);
      for (const transaction of open.values()) end(transaction, new RpcError(status.ABORTED, EXPIRED));
    },
  };
}

const keyOf = (id: Uint8Array = Buffer.alloc(0)): string => Buffer.from(id).toString('hex');

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value as string);
}
