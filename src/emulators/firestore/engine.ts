/** Reads and commits against the store, under the rules of transactions. Knows nothing of gRPC but its status codes. */
import { status } from '@grpc/grpc-js';
import type { State } from '../state.ts';
import type { Change, Changes } from './changes.ts';
import { decideChanges } from './changes.ts';
import { heldCommits } from './held-commits.ts';
import type { Owner, Touched } from './locks.ts';
import { Locks } from './locks.ts';
import type { Query } from './query.ts';
import { selects } from './query.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { Consistency, Write } from './schemas.ts';
import type { Snapshot } from './search.ts';
import type { StoredDocument } from './store.ts';
import { openStore } from './store.ts';
import type { Transaction } from './transactions.ts';
import { openTransactions } from './transactions.ts';

/** `time` in microseconds. */
type Committed = Changes & { readonly time: number };

/** What one look at the store gave, and what a transaction has to lock for it to stay so. */
interface Look<T> {
  readonly value: T;
  readonly names: readonly string[];
  readonly query?: Query;
}

interface Read<T> {
  readonly value: T;
  /** Microseconds. */
  readonly readTime: number;
  /** Set when this read began a transaction. */
  readonly began: Uint8Array | undefined;
}

export type Engine = ReturnType<typeof openEngine>;

export function openEngine(state: State, clock: () => number) {
  const store = openStore(state.db);
  const locks = new Locks<Query, Transaction>();
  let lastCommit = 0;
  /** Microseconds: now, or the last commit when that is later. */
  const now = (): number => Math.max(clock() * 1000, lastCommit);
  const transactions = openTransactions(clock, now, locks);
  const held = heldCommits();
  const watchers = new Set<(changes: ReadonlyMap<string, Change>) => void>();

  /** One attempt: all in one group commit, or nothing and what older locks are in the way of. */
  function attempt(
    writes: readonly Write[],
    owner: Owner | Transaction,
    signal?: AbortSignal,
    requestTime?: number,
  ): Promise<Committed | Touched<Query>> {
    return state.write(() => {
      if (signal?.aborted) throw new RpcError(status.CANCELLED, 'The call was cancelled.');
      // It may have expired, or been overtaken by a commit of the same group, while it waited for its turn.
      if ('id' in owner) checkOpen(transactions.use(owner.id));
      const time = Math.max(clock() * 1000, lastCommit + 1);
      const changes = decideChanges(writes, (name) => store.get(name), time, requestTime);
      const { documents } = changes;
      const touched = { names: [...documents.keys()], changes: (query: Query) => changesResult(query, documents) };
      if (locks.blockers(owner, touched).size > 0) return touched;
      for (const younger of locks.victims(owner, touched)) transactions.overtake(younger);
      transactions.keepBefore(documents);
      for (const [name, { before, after }] of documents) if (after !== before) store.change(name, before, after);
      lastCommit = time;
      return { ...changes, time };
    });
  }

  async function commitAs(
    owner: Owner | Transaction,
    writes: readonly Write[],
    signal?: AbortSignal,
  ): Promise<Committed> {
    const late = held.pass(writes.map((write) => String(write.delete ?? write.update?.name)));
    const requestTime = late && now();
    if (late !== undefined) await late;
    let turn: ReturnType<typeof locks.queue> | undefined;
    try {
      for (;;) {
        const outcome = await attempt(writes, owner, signal, requestTime);
        if ('results' in outcome) {
          for (const watcher of watchers) watcher(outcome.documents);
          return outcome;
        }
        turn ??= locks.queue(owner, outcome.names, signal);
        await turn.free(outcome);
      }
    } catch (error) {
      // A group commit that failed as a whole took back what the caches may have seen of it.
      if (!(error instanceof RpcError)) store.forget();
      throw error;
    } finally {
      turn?.end();
    }
  }

  return {
    store,
    watchers,
    now,
    hold: held.hold,

    /** Stores the writes as one; resolves when they are on disk. */
    async commit(writes: readonly Write[], transactionId?: Uint8Array, signal?: AbortSignal): Promise<Committed> {
      // One commit outside of transactions is younger than all: it waits, and as it holds nothing, nobody ends it.
      if (!transactionId?.length) return commitAs({ age: Infinity }, writes, signal);
      const transaction = transactions.use(transactionId);
      if (transaction.readOnly && writes.length > 0) {
        throw invalidArgument('Cannot modify entities in a read-only transaction.');
      }
      try {
        const committed = await commitAs(transaction, writes, signal);
        transactions.end(transaction);
        return committed;
      } catch (error) {
        transactions.end(transaction, error instanceof RpcError ? error : undefined);
        throw error;
      }
    },

    rollback(transactionId: Uint8Array): void {
      const transaction = transactions.find(transactionId);
      if (transaction) transactions.end(transaction);
    },

    /** Looks as the request wants: at the present, or in a transaction, which locks what it saw. */
    async read<T>(
      { transaction: id, newTransaction, readTime }: Consistency,
      look: (snapshot?: Snapshot) => Look<T>,
      signal?: AbortSignal,
    ): Promise<Read<T>> {
      if (readTime) throw unimplemented('A read at a past read_time');
      if (!newTransaction && !id?.length) return { value: look().value, readTime: now(), began: undefined };
      const transaction = newTransaction ? transactions.begin(newTransaction) : transactions.use(id ?? Buffer.alloc(0));
      const began = newTransaction && transaction.id;
      try {
        for (;;) {
          if (transaction.readOnly || transaction.overtaken) {
            return { value: look(transaction.snapshot).value, readTime: transaction.readTime, began };
          }
          const { value, names, query } = look();
          const ahead = locks.ahead(transaction, names);
          if (ahead.size === 0) {
            locks.hold(transaction, names, query);
            return { value, readTime: now(), began };
          }
          await locks.standBehind(transaction, ahead, signal).catch((error: unknown) => {
            if (error !== transaction.overtaken) throw error;
          });
          transactions.use(transaction.id);
        }
      } catch (error) {
        if (newTransaction) transactions.end(transaction, error instanceof RpcError ? error : undefined);
        throw error;
      }
    },

    close(): void {
      locks.close(new RpcError(status.UNAVAILABLE, 'The local Firestore is stopping.'));
      transactions.close();
    },
  };
}

function checkOpen({ overtaken }: Transaction): void {
  if (overtaken) throw overtaken;
}

/** Whether a query's result may differ after these changes. */
function changesResult(query: Query, changes: ReadonlyMap<string, Change>): boolean {
  const chosen = (document: StoredDocument | undefined): boolean => document !== undefined && selects(query, document);
  return [...changes.values()].some(({ before, after }) => before !== after && (chosen(before) || chosen(after)));
}
