/**
 * Pessimistic locks. Reads of a read-write transaction hold shared locks on documents and on queries until it ends;
 * a commit stores its changes only when no other owner holds a lock that they touch.
 *
 * 1. Nothing is ever held exclusively: a commit decides, checks and stores in one turn of the event loop.
 * 2. The older goes first: a commit ends the younger owners in its way and waits for the older ones. So commits alone
 *    never wait in a circle.
 * 3. A commit that must wait queues until it is through; later reads of its documents stand behind it. A read in a
 *    circle of waiting goes first, for it only stood behind out of fairness.
 */

/** Whoever holds or waits: a transaction, or one commit outside of transactions. */
export interface Owner {
  /** Smaller is older; a retried transaction keeps its age. Infinity, outside of transactions, waits for all. */
  readonly age: number;
}

/** What a commit is about to change. */
export interface Touched<Query> {
  readonly names: readonly string[];
  /** Whether the query would see the change: it selects a document as it is before, or after. */
  readonly changes: (query: Query) => boolean;
}

/** A commit in the queue. */
export interface Turn<Query> {
  /** Resolves when nothing older blocks the change; the commit then looks again. Rejects when its owner is ended. */
  free(touched: Touched<Query>): Promise<void>;
  /** Leaves the queue, whatever happened. */
  end(): void;
}

interface Wait {
  readonly owner: Owner;
  readonly blockers: () => ReadonlySet<Owner>;
  readonly settled: PromiseWithResolvers<void>;
  /** Stands behind a commit, rather than being blocked by a lock. */
  readonly isRead: boolean;
}

export class Locks<Query, Holder extends Owner = Owner> {
  readonly #held = new Map<Holder, { readonly names: Set<string>; readonly queries: Set<Query> }>();
  readonly #queue = new Map<Owner, ReadonlySet<string>>();
  readonly #waits = new Set<Wait>();

  hold(owner: Holder, names: Iterable<string>, query?: Query): void {
    const held = this.#held.get(owner) ?? { names: new Set(), queries: new Set() };
    this.#held.set(owner, held);
    for (const name of names) held.names.add(name);
    if (query !== undefined) held.queries.add(query);
  }

  /** Older owners whose locks a change would break: it has to wait for them. */
  blockers(owner: Owner, touched: Touched<Query>): Set<Holder> {
    return this.#inTheWay(owner, touched, ({ age }) => age < owner.age);
  }

  /** Younger owners whose locks a change would break: they have to be ended before it is stored. */
  victims(owner: Owner, touched: Touched<Query>): Set<Holder> {
    return this.#inTheWay(owner, touched, ({ age }) => age >= owner.age);
  }

  #inTheWay(owner: Owner, { names, changes }: Touched<Query>, counts: (other: Holder) => boolean): Set<Holder> {
    const found = new Set<Holder>();
    for (const [other, held] of this.#held) {
      if ((other as Owner) === owner || !counts(other)) continue;
      if (names.some((name) => held.names.has(name)) || [...held.queries].some(changes)) found.add(other);
    }
    return found;
  }

  /** Commits in the queue that a read of these documents has to let go first. */
  ahead(owner: Owner, names: readonly string[]): Set<Owner> {
    const found = new Set<Owner>();
    for (const [other, wanted] of this.#queue) {
      // Behind a commit that waits for this very owner there would be no end to the waiting.
      if (other !== owner && names.some((name) => wanted.has(name)) && !this.#way(other, owner)) found.add(other);
    }
    return found;
  }

  /** Resolves when these commits have left the queue, or when waiting for them has become pointless: look again. */
  standBehind(owner: Owner, ahead: ReadonlySet<Owner>, signal?: AbortSignal): Promise<void> {
    const blockers = (): Set<Owner> => new Set([...ahead].filter((other) => this.#queue.has(other)));
    return this.#wait({ owner, blockers, isRead: true, settled: Promise.withResolvers() }, signal);
  }

  /** Joins the queue. */
  queue(owner: Owner, names: readonly string[], signal?: AbortSignal): Turn<Query> {
    this.#queue.set(owner, new Set(names));
    return {
      free: (touched) => {
        const blockers = (): ReadonlySet<Owner> => this.blockers(owner, touched);
        return this.#wait({ owner, blockers, isRead: false, settled: Promise.withResolvers() }, signal);
      },
      end: () => {
        this.#queue.delete(owner);
        this.#wake();
      },
    };
  }

  /** Drops the owner's locks so that others go on; what the owner itself waits for is refused. */
  release(owner: Holder, reason = new Error('the transaction has ended')): void {
    this.#held.delete(owner);
    for (const wait of this.#waits) if (wait.owner === owner) this.#settle(wait, reason);
    this.#wake();
  }

  /** Refuses everything that waits. */
  close(reason: Error): void {
    for (const wait of this.#waits) this.#settle(wait, reason);
  }

  async #wait(wait: Wait, signal?: AbortSignal): Promise<void> {
    const cancel = (): void => this.#settle(wait, new Error('the call was cancelled'));
    this.#waits.add(wait);
    signal?.addEventListener('abort', cancel);
    this.#breakCircles(wait);
    this.#wake();
    try {
      await wait.settled.promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #breakCircles(wait: Wait): void {
    for (const blocker of wait.blockers()) {
      // There may be several ways back from one blocker.
      for (let way = this.#way(blocker, wait.owner); way; way = this.#way(blocker, wait.owner)) {
        // A commit waits for older owners only, so there is a read in every circle.
        for (const one of [wait, ...way]) if (one.isRead) this.#settle(one);
        if (!this.#waits.has(wait)) return;
      }
    }
  }

  /** The waits along a way from one owner to another, if there is one. */
  #way(from: Owner, to: Owner, seen = new Set<Owner>()): Wait[] | undefined {
    if (from === to) return [];
    seen.add(from);
    for (const wait of this.#waits) {
      if (wait.owner !== from) continue;
      for (const next of wait.blockers()) {
        const rest = seen.has(next) ? undefined : this.#way(next, to, seen);
        if (rest) return [wait, ...rest];
      }
    }
    return undefined;
  }

  #wake(): void {
    for (const wait of this.#waits) if (wait.blockers().size === 0) this.#settle(wait);
  }

  #settle(wait: Wait, reason?: Error): void {
    if (!this.#waits.delete(wait)) return;
    if (reason) wait.settled.reject(reason);
    else wait.settled.resolve();
  }
}
