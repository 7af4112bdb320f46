/** The event loop of a simulation: what happens next happens at its simulated time, and of what happens at the same time what was asked for first. */

interface Event {
  readonly atMs: number;
  readonly number: number;
  readonly act: () => void | Promise<void>;
}

const isBefore = (one: Event, other: Event): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number);

export class SimulatedClock {
  /** Since 1970. */
  nowMs: number;
  /** Events that have happened. */
  count = 0;
  #number = 0;
  /** A binary heap, the next event first. */
  readonly #heap: Event[] = [];

  constructor(startMs: number) {
    this.nowMs = startMs;
  }

  at(atMs: number, act: Event['act']): void {
    const heap = this.#heap;
    const event = { atMs: Math.max(atMs, this.nowMs), number: this.#number++, act };
    let place = heap.push(event) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBefore(event, heap[parent] as Event)) break;
      heap[place] = heap[parent] as Event;
      place = parent;
    }
    heap[place] = event;
  }

  after(ms: number, act: Event['act']): void {
    this.at(this.nowMs + ms, act);
  }

  /** Until nothing is left to happen. */
  async run(): Promise<void> {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.nowMs = event.atMs;
      this.count++;
      await event.act();
    }
  }

  #take(): Event | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      if (left >= heap.length) break;
      const next = right < heap.length && isBefore(heap[right] as Event, heap[left] as Event) ? right : left;
      if (!isBefore(heap[next] as Event, last)) break;
      heap[place] = heap[next] as Event;
      place = next;
    }
    heap[place] = last;
    return first;
  }
}
