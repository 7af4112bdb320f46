/**
 * The one source of all readers of an instance: what is collected here, and what other instances tell of theirs while somebody reads.
 *
 * H1. What a reader is sent is of its organization: subscriptions, frames and feeds are kept by organization, and by nothing else.
 * H2. Collecting waits for nobody: frames are made after samples are committed, and a reader that is slow is let go.
 */
import type { Clock, Log } from '../../../process/ports.ts';
import { frameBytes, type Frame, type FrameContent, FrameRing, samplesFrame } from '../../live/frame.ts';
import type { Organization } from '../../model/organization.ts';
import type { Feed, FeedBatch } from '../../ports/feed.ts';
import type { Taken } from '../collect/collect.ts';

/** Readers of one organization on one instance. */
export const MAX_READERS = 5_000;

/** Of the last frames of an organization, for readers that come back: fewer than such a reader may be behind, or it would be let go again. */
export const RING_BYTES = 800_000;

/** For how long frames are kept when the last reader has left: it may be on its way back. */
export const RESUME_MS = 60_000;

/** Between two writes to the feed of an organization. */
const PUBLISH_MS = 1_000;

/** Batches that a write holds: readers that miss one find it in the next. */
const BATCHES = 5;

/** Of a batch: all of them are one document, of 1 MiB at most. What is more is not told to other instances. */
export const BATCH_BYTES = 180_000;

/** For how long a reader's instance is believed to read; it says so again in half of that. */
const READ_FOR_MS = 60_000;

/** How often an instance looks whether somebody reads elsewhere, while something comes. */
const LOOK_MS = 15_000;

export interface Reader {
  /** What of a frame it is to see. */
  readonly part: (frame: Frame) => Frame | undefined;
  send(frame: Frame): void;
  end(reason: 'bye'): void;
}

interface Source {
  readonly readers: Set<Reader>;
  readonly ring: FrameRing;
  pending: FrameContent[];
  batches: FeedBatch[];
  isReadElsewhere: boolean;
  lookedMs: number;
  publishedMs: number;
  announcedMs: number;
  /** When the last reader left. */
  leftMs: number;
  stopListening: (() => void) | undefined;
}

export interface LiveHubPorts {
  readonly feed: Feed;
  readonly instance: string;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
}

export class LiveHub {
  readonly #ports: LiveHubPorts;
  readonly #sources = new Map<Organization, Source>();
  #frames = 0;
  #batches = 0;
  #isClosed = false;

  constructor(ports: LiveHubPorts) {
    this.#ports = ports;
  }

  get readers(): number {
    return this.#sources.values().reduce((sum, { readers }) => sum + readers.size, 0);
  }

  /** After they are committed. */
  observe({
    organization,
    samples,
    series,
    refused,
  }: Pick<Taken, 'organization' | 'samples' | 'series' | 'refused'>): void {
    const source = this.#source(organization);
    this.#look(organization, source);
    if (!this.#isKept(source) && !source.isReadElsewhere) return;
    const frame = samplesFrame(
      samples,
      (number) => series.get(number),
      (at) => refused.has(at),
    );
    if (frame !== undefined) this.#take(organization, source, frame);
  }

  heartbeat(
    organization: Organization,
    runtimeId: string,
    metrics: Readonly<Record<string, number>>,
    atMs: number,
  ): void {
    this.tell(organization, {
      kind: 'heartbeat',
      devices: [runtimeId],
      data: JSON.stringify({ runtime_id: runtimeId, at: atMs, metrics }),
    });
  }

  /** What is of this instance. */
  tell(organization: Organization, frame: FrameContent): void {
    const source = this.#source(organization);
    if (this.#isKept(source) || source.isReadElsewhere) this.#take(organization, source, frame);
  }

  /** What every instance that is read finds out by itself. */
  tellHere(organization: Organization, frame: FrameContent): void {
    this.#deliver(this.#source(organization), frame);
  }

  /** Organizations that somebody reads here. */
  read(): readonly Organization[] {
    return [...this.#sources].filter(([, { readers }]) => readers.size > 0).map(([organization]) => organization);
  }

  /** No more come in: there are `MAX_READERS`, or the instance ends. */
  isFull(organization: Organization): boolean {
    return this.#isClosed || (this.#sources.get(organization)?.readers.size ?? 0) >= MAX_READERS;
  }

  /** Answers how to leave, and the frames since `lastId`: undefined where that is not known any more. */
  join(
    organization: Organization,
    reader: Reader,
    lastId: string | undefined,
  ): { readonly leave: () => void; readonly missed: readonly Frame[] | undefined } {
    const source = this.#source(organization);
    if (this.#isClosed) reader.end('bye');
    if (!this.#isKept(source)) forget(source);
    source.readers.add(reader);
    if (source.stopListening === undefined) this.#listen(organization, source);
    this.#announce(organization, source);
    return {
      missed: lastId === undefined ? [] : source.ring.after(lastId)?.flatMap((frame) => reader.part(frame) ?? []),
      leave: () => {
        source.readers.delete(reader);
        if (source.readers.size === 0) source.leftMs = this.#ports.clock.now();
      },
    };
  }

  /** What is kept up from time to time: leases of readers, and what is left to publish. */
  tick(): void {
    for (const [organization, source] of this.#sources) {
      if (source.readers.size > 0) this.#announce(organization, source);
      this.#publish(organization, source);
      if (this.#isKept(source)) continue;
      forget(source);
      // While something comes, it is kept for when it was looked last.
      if (this.#ports.clock.now() - source.lookedMs > 2 * LOOK_MS) this.#sources.delete(organization);
    }
  }

  /** All readers are told to come again, to another instance. */
  close(): void {
    this.#isClosed = true;
    for (const { readers, stopListening } of this.#sources.values()) {
      for (const reader of readers) reader.end('bye');
      stopListening?.();
    }
  }

  /** Whether what comes is kept: somebody reads, or has just gone. */
  #isKept({ readers, leftMs }: Source): boolean {
    return readers.size > 0 || this.#ports.clock.now() - leftMs < RESUME_MS;
  }

  #source(organization: Organization): Source {
    const found = this.#sources.get(organization);
    if (found !== undefined) return found;
    const made: Source = {
      readers: new Set(),
      ring: new FrameRing(RING_BYTES),
      pending: [],
      batches: [],
      isReadElsewhere: false,
      lookedMs: -Infinity,
      publishedMs: -Infinity,
      announcedMs: -Infinity,
      leftMs: -Infinity,
      stopListening: undefined,
    };
    this.#sources.set(organization, made);
    return made;
  }

  #take(organization: Organization, source: Source, frame: FrameContent): void {
    this.#deliver(source, frame);
    if (!source.isReadElsewhere) return;
    source.pending.push(frame);
    this.#publish(organization, source);
  }

  #deliver(source: Source, content: FrameContent): void {
    if (!this.#isKept(source)) return;
    const frame: Frame = { ...content, id: `${this.#ports.instance}.${this.#frames++}` };
    source.ring.push(frame);
    for (const reader of source.readers) {
      const part = reader.part(frame);
      if (part !== undefined) reader.send(part);
    }
  }

  #publish(organization: Organization, source: Source): void {
    const nowMs = this.#ports.clock.now();
    if (source.pending.length === 0 || nowMs - source.publishedMs < PUBLISH_MS) return;
    source.publishedMs = nowMs;
    const frames = firstOf(source.pending, BATCH_BYTES);
    const leftOut = source.pending.length - frames.length;
    if (leftOut > 0) this.#warn(organization, `${leftOut} of ${source.pending.length} frames are more than is told`);
    source.batches = [...source.batches, { number: this.#batches++, frames }].slice(-BATCHES);
    source.pending = [];
    this.#try(organization, this.#ports.feed.publish(organization, this.#ports.instance, source.batches));
  }

  #announce(organization: Organization, source: Source): void {
    const nowMs = this.#ports.clock.now();
    if (nowMs - source.announcedMs < READ_FOR_MS / 2) return;
    source.announcedMs = nowMs;
    this.#try(organization, this.#ports.feed.announce(organization, this.#ports.instance, nowMs + READ_FOR_MS));
  }

  #look(organization: Organization, source: Source): void {
    const nowMs = this.#ports.clock.now();
    if (nowMs - source.lookedMs < LOOK_MS) return;
    source.lookedMs = nowMs;
    const looking = this.#ports.feed.isRead(organization, this.#ports.instance, nowMs).then((isRead) => {
      source.isReadElsewhere = isRead;
      if (!isRead) [source.pending, source.batches] = [[], []];
    });
    this.#try(organization, looking);
  }

  #listen(organization: Organization, source: Source): void {
    source.stopListening = this.#ports.feed.listen(
      organization,
      this.#ports.instance,
      ({ frames }) => {
        for (const frame of frames) this.#deliver(source, frame);
      },
      (error) => this.#warn(organization, error),
    );
  }

  #try(organization: Organization, act: Promise<void>): void {
    act.catch((thrown: unknown) => this.#warn(organization, thrown));
  }

  #warn(organization: Organization, thrown: unknown): void {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    this.#ports.log.warn({ event: 'live.feed', organization }, `${message}. Readers see what is collected here.`);
  }
}

/** A ring with a hole would hide it. */
function forget(source: Source): void {
  source.stopListening?.();
  source.stopListening = undefined;
  source.ring.clear();
}

function firstOf(frames: readonly FrameContent[], most: number): FrameContent[] {
  let bytes = 0;
  return frames.filter((frame) => {
    const fits = bytes + frameBytes(frame) <= most;
    if (fits) bytes += frameBytes(frame);
    return fits;
  });
}
