/**
 * What the platform takes, as published, and Firestore as a simulation has it: it counts documents, lets what is beyond a published rate wait
 * until the rate has room, and notes which limit was reached when. The cloud itself is kinder: it answers slower, or now and then refuses.
 */
import { pass } from '../src/meter/limits/gcra.ts';

/** What the simulation is held to. Sources: gcp.md is the project's reference of 2026-11-22, with its own sources. */
export const PLATFORM = {
  /** Sustained, of one document. The older guidance; the page says "depends on workload" by now (gcp.md, A1). */
  writesASecondADocument: 1,
  /** In which what was sustained is measured: as `counter-tree.ts` has it. */
  sustainedMs: 60_000,
  /** Operations a second of a collection that was quiet, half as many more every five minutes: "500/50/5" (gcp.md, A1). */
  ramp: { perSecond: 500, growth: 1.5, everyMs: 300_000 },
  commitBytes: 10 * 1_048_576,
  documentBytes: 1_048_576,
  /** A read or a commit within a region, and what a MiB more takes: assumed, of a regional database at rest. */
  readMs: 8,
  commitMs: 20,
  mebibyteMs: 15,
  /** From a publish to the push: assumed. Of a message that was refused the first wait, and the longest: our subscriptions' retry policy. */
  deliveryMs: 30,
  firstBackoffMs: 10_000,
  longestBackoffMs: 600_000,
  /** Deliveries after which a message is a dead letter: src/deploy/desired/deliveries.ts. */
  deliveries: 100,
  /** Published and pushed, small regions: cloud.google.com/pubsub/quotas, 3,000,000 kB a minute. */
  pubsubBytesASecond: 50e6,
  /** A request counts as at least this (price-table.ts). */
  messageBytes: 1_000,
  /** An instance from nothing: 0.5 s of it is ours (docs/execution.md, cold start), the rest assumed. */
  startMs: 2_500,
  /** For how long Cloud Run keeps a request that no instance has room for, before it answers 429: cloud.google.com/run/docs/about-instance-autoscaling. */
  queueMs: 10_000,
  /** After which instances can be had again that a region lost: assumed. */
  outageMs: 60_000,
  /** Of an execution: steps, and bytes of its variables (gcp.md, C). */
  workflowSteps: 100_000,
  workflowBytes: 512 * 1_024,
  /** From a callback to the next step: assumed, of docs/execution.md's barrier on this side. */
  callbackMs: 50,
  /** That the workflow waits for an answer, and for a callback: workflows/pipeline.yaml. */
  answerMs: 540_000,
  waveMs: 10_800_000,
} as const;

/** Documents that are written more than once in a night. Others are counted alone. */
export type Hot = 'planner/state' | 'planner/memory' | 'run' | 'counter' | 'task' | 'book';

/** Writes to one document. */
interface Heat {
  tatMs: number;
  /** Of the last minute, ascending. */
  recentMs: number[];
}

export interface Rates {
  /** The most writes a second to one document of the kind, over a minute. */
  readonly sustained: number;
  /** Writes within the fullest second. */
  readonly inASecond: number;
}

export class FirestoreModel {
  reads = 0;
  writes = 0;
  deletes = 0;
  /** That writers waited because of a rate. */
  heldMs = 0;
  readonly rates = new Map<Hot, Rates>();
  readonly #heat = new Map<string, Heat>();
  readonly #reach: (limit: string, atMs: number) => void;
  /** By collection: since when it is written tonight, and when it takes more. */
  readonly #ramps = new Map<string, { readonly sinceMs: number; freeMs: number }>();

  constructor(reach: (limit: string, atMs: number) => void) {
    this.#reach = reach;
  }

  /** Answers when it has answered. */
  read(atMs: number, documents: number, bytes = 0): number {
    this.reads += Math.max(1, documents);
    return atMs + PLATFORM.readMs + mebibytes(bytes);
  }

  /** A commit of these, and of `cold` documents that nobody else writes, by collection. */
  commit(atMs: number, hot: readonly (readonly [Hot, string])[], cold: Iterable<string> = [], bytes = 0): number {
    let mayMs = atMs;
    for (const [kind, id] of hot) mayMs = Math.max(mayMs, this.#write(kind, id, atMs));
    const collections = [...cold, ...hot.flatMap(([kind]) => (kind === 'task' ? ['the ledger'] : []))];
    const counts = Map.groupBy(collections, (name) => name);
    for (const [name, { length }] of counts) mayMs = Math.max(mayMs, this.#onRamp(name, atMs, length));
    this.writes += hot.length + collections.length - hot.filter(([kind]) => kind === 'task').length;
    if (bytes > PLATFORM.commitBytes) this.#reach('a commit of 10 MiB', atMs);
    this.heldMs += mayMs - atMs;
    return mayMs + PLATFORM.commitMs + mebibytes(bytes);
  }

  /** It is written no more. */
  forget(kind: Hot, id: string): void {
    this.#heat.delete(`${kind} ${id}`);
  }

  #write(kind: Hot, id: string, atMs: number): number {
    const { sustainedMs, writesASecondADocument } = PLATFORM;
    const key = `${kind} ${id}`;
    const heat = this.#heat.get(key) ?? { tatMs: -Infinity, recentMs: [] };
    this.#heat.set(key, heat);
    // As many at once as a minute takes.
    const rate = { perSecond: writesASecondADocument, burst: (sustainedMs / 1_000) * writesASecondADocument };
    const passed = pass(heat.tatMs, 1, rate, atMs);
    const waitMs = passed.ok ? 0 : passed.waitMs;
    const again = passed.ok ? passed : pass(heat.tatMs, 1, rate, atMs + waitMs);
    if (again.ok) heat.tatMs = again.tatMs;
    heat.recentMs = heat.recentMs.filter((one) => one > atMs - sustainedMs);
    heat.recentMs.push(atMs);
    const known = this.rates.get(kind) ?? { sustained: 0, inASecond: 0 };
    const sustained = Math.max(known.sustained, heat.recentMs.length / (sustainedMs / 1_000));
    const inASecond = Math.max(known.inASecond, heat.recentMs.filter((one) => one > atMs - 1_000).length);
    this.rates.set(kind, { sustained, inASecond });
    if (heat.recentMs.length > rate.burst) this.#reach(`one write a second a document: ${kind}`, atMs);
    return atMs + waitMs;
  }

  /** As 500/50/5 is written: of each collection, of results as many as there are computations. */
  #onRamp(collection: string, atMs: number, documents: number): number {
    const { perSecond, growth, everyMs } = PLATFORM.ramp;
    const ramp = this.#ramps.get(collection) ?? { sinceMs: atMs, freeMs: atMs };
    this.#ramps.set(collection, ramp);
    const rate = perSecond * growth ** Math.floor((atMs - ramp.sinceMs) / everyMs);
    const mayMs = Math.max(atMs, ramp.freeMs);
    ramp.freeMs = mayMs + (documents / rate) * 1_000;
    if (mayMs > atMs + 1_000)
      this.#reach(`500/50/5: ${collection === 'the ledger' ? collection : 'results of a computation'}`, atMs);
    return mayMs;
  }
}

const mebibytes = (bytes: number): number => (bytes / 1_048_576) * PLATFORM.mebibyteMs;
