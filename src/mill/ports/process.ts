/** The process that a step runs in: clock, log, memory, and who ends it. */
import type { CellKey } from '../model/cell.ts';
import type { MemoryReading } from '../model/task.ts';

/** What this process takes, in MiB. */
export interface MemoryProbe {
  read(): MemoryReading;
  /** Resident memory alone, which is cheaper to ask for. */
  rssMB(): number;
  /** The highest resident memory since the process began. */
  highestRssMB(): number;
  /** Frees what earlier tasks have left behind, so that it is not taken for the next one's. Takes some ten milliseconds. */
  collectGarbage(): void;
}

/** Stops the process when it is still busy with a task when its time is over: a loop without an end cannot be stopped from inside. */
export interface Watchdog {
  watch(task: {
    readonly id: string;
    readonly token: string;
    /** The cell that the worker is on; absent when it is on several at once. */
    readonly cell?: CellKey | undefined;
    /** From now on, in milliseconds. */
    readonly withinMs: number;
    readonly what: string;
  }): { readonly done: () => void };
}
