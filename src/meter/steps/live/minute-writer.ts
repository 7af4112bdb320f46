/**
 * Has minutes written that are over, and tries again with what could not be: under the id that it had, so that it is there once. What waits is
 * bounded; beyond that the oldest is dropped and counted, for the samples themselves are durable elsewhere.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { codeOf, toError } from '../../../errors.ts';
import { atMost } from '../../../process/at-most.ts';
import type { Clock, Log } from '../../../process/ports.ts';
import type { ClosedMinutes, LiveWindows } from '../../live/windows.ts';
import type { Organization } from '../../model/organization.ts';
import type { MinuteStore } from '../../ports/minutes.ts';

/** Bytes that wait to be written. */
const MAX_WAITING_BYTES = 32 * 1_048_576;

/** Each takes the event loop some milliseconds. */
const WRITES_AT_ONCE = 4;

export interface MinuteWriterPorts {
  readonly windows: LiveWindows;
  readonly store: MinuteStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Of this process: part of what its documents are called. */
  readonly instance: string;
  /** The same in every process: parts are merged by it. */
  readonly nameOf: (organization: Organization, series: number) => string;
  readonly newId?: () => string;
}

export class MinuteWriter {
  readonly #ports: MinuteWriterPorts;
  readonly #waiting = new Map<string, ClosedMinutes>();
  #waitingBytes = 0;
  #flushing: Promise<number> | undefined;
  /** Documents that were never written. */
  dropped = 0;

  constructor(ports: MinuteWriterPorts) {
    this.#ports = ports;
  }

  /** Documents that wait for the next time. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** One at a time; answers how many documents were written. It never fails: what could not be written waits for the next time. */
  flush(): Promise<number> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async #flush(): Promise<number> {
    const { windows, clock, nameOf, instance, newId = randomUUID } = this.#ports;
    for (const closed of windows.close(clock.now(), nameOf)) {
      if (closed === undefined) await setImmediate();
      else this.#keep(`${instance}-${newId()}`, closed);
    }
    const written = await atMost([...this.#waiting], ([id, closed]) => this.#write(id, closed), WRITES_AT_ONCE);
    return written.filter(Boolean).length;
  }

  #keep(id: string, closed: ClosedMinutes): void {
    this.#waiting.set(id, closed);
    this.#waitingBytes += closed.data.length;
    for (const [oldest, { data }] of this.#waiting) {
      if (this.#waitingBytes <= MAX_WAITING_BYTES) return;
      this.#waiting.delete(oldest);
      this.#waitingBytes -= data.length;
      this.dropped++;
    }
  }

  async #write(id: string, closed: ClosedMinutes): Promise<boolean> {
    const { store, log } = this.#ports;
    try {
      await store.write(id, closed);
    } catch (thrown) {
      log.warn(
        { event: 'live.minute_not_written', organization: closed.organization, code: codeOf(thrown) },
        `${toError(thrown).message}. It waits for the next time, with ${this.#waiting.size - 1} others`,
      );
      return false;
    }
    if (this.#waiting.delete(id)) this.#waitingBytes -= closed.data.length;
    return true;
  }
}
