/**
 * The one source of all readers of an instance: what is collected here, and what other instances tell of theirs while somebody reads.
 *
 * H1. What a reader is sent is of its organization: subscriptions, frames and feeds are kept by organization, and by nothing else.
 * H2. Collecting waits for nobody: frames are made after samples are committed, and a reader that is slow is let go.
 */
import type { Clock, Log } from '../../../process/ports.ts';
import { type Frame, type FrameContent, FrameRing, samplesFrame } from '../../live/frame.ts';
import type { Organization } from '../../model/organization.ts';
import type { Feed, FeedBatch } from '../../ports/feed.ts';
import type { Taken } from '../collect/collect.ts';

/** Readers of one organization on one instance. */
export const MAX_READERS = 5_000;

/** Of the last frames of an organization, for readers that come back. */
const RING_BYTES = 4_000_000;

/** Between two writes to the feed of an organization. */
const PUBLISH_MS = 1_000;

/** Batches that a write holds: readers that miss one find it in the next. */
const BATCHES = 5;

/** For how long a reader's instance is believed to read; it says so again in half of that. */
const READ_FOR_MS = 60_000;

/** How often an instance looks whether somebody reads elsewhere, while something comes. */
const LOOK_MS = 15_000;

export interface Reader {
  /** Whether it wants frames of these devices. */
  readonly wants: (devices: readonly string[]) => boolean;
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
    if (source.readers.size === 0 && !source.isReadElsewhere) return;
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
    if (source.readers.size > 0 || source.isReadElsewhere) this.#take(organization, source, frame);
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
    source.readers.add(reader);
    if (source.readers.size === 1) this.#listen(organization, source);
    this.#announce(organization, source);
    return {
      missed: lastId === undefined ? [] : source.ring.after(lastId)?.filter(({ devices }) => reader.wants(devices)),
      leave: () => {
        source.readers.delete(reader);
        if (source.readers.size > 0) return;
        source.stopListening?.();
        source.stopListening = undefined;
      },
    };
  }

  /** What is kept up from time to time: leases of readers, and what is left to publish. */
  tick(): void {
    for (const [organization, source] of this.#sources) {
      if (source.readers.size > 0) this.#announce(organization, source);
      this.#publish(organization, source);
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
    if (source.readers.size === 0) return;
    const frame: Frame = { ...content, id: `${this.#ports.instance}.${this.#frames++}` };
    source.ring.push(frame);
    for (const reader of source.readers) if (reader.wants(frame.devices)) reader.send(frame);
  }

  #publish(organization: Organization, source: Source): void {
    const nowMs = this.#ports.clock.now();
    if (source.pending.length === 0 || nowMs - source.publishedMs < PUBLISH_MS) return;
    source.publishedMs = nowMs;
    source.batches = [...source.batches, { number: this.#batches++, frames: source.pending }].slice(-BATCHES);
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
