/** Listen: keeps a client's documents and queries up to date, in the order of messages that `onSnapshot` needs. */
import type { Change } from './changes.ts';
import { checkListenable } from './descendants.ts';
import type { Engine } from './engine.ts';
import { documentName } from './paths.ts';
import { documentMessage } from './protocol.ts';
import type { Query } from './query.ts';
import { isInScope, parseQuery } from './query.ts';
import { invalidArgument, RpcError } from './rpc-error.ts';
import type { Requests, Target } from './schemas.ts';
import { search } from './search.ts';
import type { StoredDocument } from './store.ts';
import { timestampOf } from './values.ts';

/** The client reconnects after 120 s of silence. */
const HEARTBEAT_MS = 45_000;

interface Watched {
  readonly id: number;
  readonly concerns: (name: string) => boolean;
  readonly current: () => StoredDocument[];
  /** Update time of each document that the client has. */
  readonly sent: Map<string, number>;
}

/**
 * One stream's targets. `receive` takes its requests, `end` when it is over.
 * @param send takes ListenResponse messages; `count` the documents read.
 */
export function watchTargets(
  engine: Engine,
  send: (response: object) => void,
  count: (reads: number) => void,
  check: (query: Query) => void,
): { receive(request: Requests['Listen']): void; end(): void } {
  const targets = new Map<number, Watched>();
  const due = new Set<Watched>();

  /** Sends what differs from what the client has. */
  function refresh(target: Watched): void {
    const documents = target.current();
    const names = new Set(documents.map(({ name }) => name));
    for (const name of [...target.sent.keys()].filter((one) => !names.has(one))) {
      target.sent.delete(name);
      const gone = engine.store.get(name) ? 'documentRemove' : 'documentDelete';
      send({ [gone]: { document: name, removedTargetIds: [target.id], readTime: timestampOf(engine.now()) } });
    }
    for (const document of documents) {
      if (target.sent.get(document.name) === document.updated) continue;
      target.sent.set(document.name, document.updated);
      count(1);
      send({ documentChange: { document: documentMessage(document), targetIds: [target.id] } });
    }
  }

  /** Tells the client that all up to now has been sent: only this makes it emit a snapshot. */
  function settle(): void {
    const readTime = timestampOf(engine.now());
    send({
      targetChange: { targetChangeType: 'NO_CHANGE', targetIds: [], readTime, resumeToken: tokenOf(engine.now()) },
    });
  }

  function add(message: Target): void {
    const id = message.targetId ?? 1;
    if (targets.has(id)) throw invalidArgument(`Target ${id} is already active.`);
    const target = { id, ...watched(engine, message, check) };
    targets.set(id, target);
    send({ targetChange: { targetChangeType: 'ADD', targetIds: [id] } });
    // The whole result is sent anew, so a client that resumes has to drop what it had.
    if (message.resumeToken?.length || message.readTime) {
      send({ targetChange: { targetChangeType: 'RESET', targetIds: [id] } });
    }
    refresh(target);
    if (target.sent.size === 0) count(1);
    send({ targetChange: { targetChangeType: 'CURRENT', targetIds: [id], resumeToken: tokenOf(engine.now()) } });
    settle();
    if (message.once) remove(id);
  }

  function remove(id: number): void {
    if (targets.delete(id)) send({ targetChange: { targetChangeType: 'REMOVE', targetIds: [id] } });
  }

  /** Commits of one turn of the event loop make one snapshot. */
  function onChange(changes: ReadonlyMap<string, Change>): void {
    const concerned = [...targets.values()].filter(({ concerns }) => [...changes.keys()].some(concerns));
    if (concerned.length > 0 && due.size === 0) setImmediate(flush);
    for (const target of concerned) due.add(target);
  }

  function flush(): void {
    const ready = [...due].filter((target) => targets.get(target.id) === target);
    due.clear();
    for (const target of ready) refresh(target);
    if (ready.length > 0) settle();
  }

  engine.watchers.add(onChange);
  const heartbeat = setInterval(() => targets.size > 0 && settle(), HEARTBEAT_MS).unref();

  return {
    receive(request) {
      if (request.addTarget) {
        const id = request.addTarget.targetId ?? 1;
        try {
          add(request.addTarget);
        } catch (error) {
          if (!(error instanceof RpcError)) throw error;
          targets.delete(id);
          const cause = { code: error.code, message: error.message };
          send({ targetChange: { targetChangeType: 'REMOVE', targetIds: [id], cause } });
        }
      } else if (request.removeTarget) remove(request.removeTarget);
      else throw invalidArgument('A ListenRequest adds or removes a target.');
    },
    end() {
      clearInterval(heartbeat);
      engine.watchers.delete(onChange);
      targets.clear();
    },
  };
}

function watched(engine: Engine, message: Target, check: (query: Query) => void): Omit<Watched, 'id'> {
  if (message.documents) {
    const names = (message.documents.documents ?? []).map((name) => documentName(name));
    return {
      concerns: (name) => names.includes(name),
      current: () => names.map((name) => engine.store.get(name)).filter((found) => found !== undefined),
      // As if the client had each, so that it is told of those that are missing.
      sent: new Map(names.map((name) => [name, -1])),
    };
  }
  if (!message.query) throw invalidArgument('A target needs documents or a query.');
  const query = parseQuery(message.query.parent, message.query.structuredQuery);
  checkListenable(query);
  check(query);
  return {
    concerns: (name) => isInScope(query, name),
    current: () => search(engine.store, query).documents,
    sent: new Map(),
  };
}

const tokenOf = (micros: number): Buffer => Buffer.from(String(micros));
