/**
 * A memory trace: what the process took while an attempt went on, in few points however long that is. When it is full, neighbours become
 * one, and from then on a point stands for twice as many readings; each has the most of its readings, so that no peak is lost.
 */
import { MAX_TRACE_POINTS } from '../model/attempt.ts';

type Point = readonly [seconds: number, rssMB: number, heapUsedMB: number];

const most = (one: Point, later: Point): Point => [later[0], Math.max(one[1], later[1]), Math.max(one[2], later[2])];

export class MemoryTrace {
  #points: Point[] = [];
  /** Readings that a point stands for. */
  #stride = 1;
  /** The point that is not full yet, and how many readings are in it. */
  #open: Point | undefined;
  #readings = 0;

  /** `seconds` since the attempt began; memory in MiB. */
  add(seconds: number, rssMB: number, heapUsedMB: number): void {
    const reading: Point = [Math.round(seconds * 10) / 10, rssMB, heapUsedMB];
    this.#open = this.#open === undefined ? reading : most(this.#open, reading);
    this.#readings++;
    if (this.#readings < this.#stride) return;
    this.#points.push(this.#open);
    this.#open = undefined;
    this.#readings = 0;
    if (this.#points.length < MAX_TRACE_POINTS) return;
    const halved: Point[] = [];
    for (const [index, point] of this.#points.entries())
      if (index % 2 === 1) halved.push(most(this.#points[index - 1] as Point, point));
    this.#points = halved;
    this.#stride *= 2;
  }

  /** As `Attempt` keeps it. */
  flat(): number[] {
    return [...this.#points, ...(this.#open === undefined ? [] : [this.#open])].flat();
  }
}
