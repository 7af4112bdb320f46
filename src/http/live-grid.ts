/** What changes in grids while somebody looks: one look at the plan for all who see the same days, none while nobody does. */
import type { View } from '../compose-view.ts';
import { toError } from '../errors.ts';
import { type GridAnswer, gridAnswer, gridChanges } from '../mill/answers/grid.ts';
import type { Days } from '../mill/answers/foresee.ts';
import { FrameQueue } from './frame-queue.ts';
import { HttpError } from './http-error.ts';
import type { Asked, Reply } from './route.ts';

/** Between two looks while a run is open, and while none is: a look is a read of the planner, and one for each open task. */
export const BUSY_MS = 2_000;
export const IDLE_MS = 5_000;

/** Streams of an instance: people, not machines. */
export const MAX_STREAMS = 200;

/** A connection of Cloud Run ends after an hour at most: ours before that. */
const STREAM_MS = 50 * 60_000;
const RETRY_MS = 2_000;

type Text = { readonly id: string; readonly data: string };

interface Watched {
  readonly days: Days;
  readonly readers: Set<FrameQueue<Text>>;
  last: GridAnswer | undefined;
  /** Whether a run was open at the last look. */
  wasBusy: boolean;
  timer: NodeJS.Timeout | undefined;
}

const written = ({ id, data }: Text): string => `id: ${id}\nevent: grid\ndata: ${data}\n\n`;
const BYE = 'event: bye\ndata: {"reason":"Come again: this instance ends, or the connection is old."}\n\n';

export class LiveGrid {
  readonly #view: () => View;
  readonly #watched = new Map<string, Watched>();

  constructor(view: () => View) {
    this.#view = view;
  }

  /** Joined when it is read. @throws {HttpError} 503 when there are as many readers as there may be */
  stream(asked: Asked, days: Days): Reply {
    const readers = [...this.#watched.values()].reduce((sum, one) => sum + one.readers.size, 0);
    if (readers >= MAX_STREAMS)
      throw new HttpError(503, 'TOO_MANY_READERS', 'There are as many readers as this instance takes. Come again.', {
        headers: { 'retry-after': '5' },
      });
    const body = this.#read(days, asked);
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
      body,
    };
  }

  /** Told to come again, before the process waits for its requests. */
  close(): void {
    for (const { readers } of this.#watched.values()) for (const queue of readers) queue.end('bye');
  }

  async *#read(days: Days, { signal }: Asked): AsyncGenerator<Uint8Array> {
    const queue = new FrameQueue<Text>(written, () => BYE);
    const key = `${days.from} ${days.date}`;
    const watched = this.#watched.get(key) ?? {
      days,
      readers: new Set(),
      last: undefined,
      wasBusy: false,
      timer: undefined,
    };
    this.#watched.set(key, watched);
    watched.readers.add(queue);
    const old = setTimeout(() => queue.end('bye'), STREAM_MS);
    queue.add(`retry: ${RETRY_MS}\n\n`);
    // What it knows is of a moment before: it asks once, and is told from then on.
    if (watched.last !== undefined) queue.push(refetch(watched.last.sequence));
    else if (watched.readers.size === 1) void this.#look(key, watched);
    try {
      yield* queue.read(': still here\n\n', signal);
    } finally {
      clearTimeout(old);
      watched.readers.delete(queue);
      if (watched.readers.size === 0) {
        clearTimeout(watched.timer);
        this.#watched.delete(key);
      }
    }
  }

  async #look(key: string, watched: Watched): Promise<void> {
    let isBusy = watched.wasBusy;
    try {
      const { answer } = await this.#view().ask(async (ports) => {
        const { sequence, open } = await ports.planning.load();
        isBusy = open.length > 0;
        // Nothing was planned since, and nothing is under way: everything is as it was.
        if (!isBusy && !watched.wasBusy && sequence === watched.last?.sequence) return watched.last;
        return gridAnswer(watched.days, ports);
      });
      const frame = frameOf(watched.last, answer);
      watched.last = answer;
      watched.wasBusy = isBusy;
      if (frame !== undefined) for (const queue of watched.readers) queue.push(frame);
    } catch (thrown) {
      // The panels say what is wrong; here it is tried again.
      this.#view().ports.log.warn({ event: 'grid.not_followed' }, toError(thrown).message);
    }
    if (this.#watched.get(key) !== watched) return;
    watched.timer = setTimeout(() => void this.#look(key, watched), isBusy ? BUSY_MS : IDLE_MS);
    watched.timer.unref();
  }
}

const refetch = (sequence: number): Text => ({
  id: String(sequence),
  data: JSON.stringify({ sequence, refetch: true }),
});

/** Undefined when nobody need be told. */
function frameOf(before: GridAnswer | undefined, after: GridAnswer): Text | undefined {
  const { sequence } = after;
  const changes = before === undefined ? undefined : gridChanges(before, after);
  if (changes === undefined) return refetch(sequence);
  if (changes.length === 0 && before?.sequence === after.sequence) return undefined;
  return { id: String(sequence), data: JSON.stringify({ sequence, changes }) };
}
