/**
 * The watchdog: a thread that ends a process whose main thread is stuck in a task. A loop without an end lets no timer run, so
 * only another thread can tell the ledger of the time-out, and only the end of the process frees the worker.
 */
import { Worker } from 'node:worker_threads';
import type { Config } from '../../config/config.ts';
import type { Watchdog } from '../ports/process.ts';
import { siblingUrl } from '../../process/sibling.ts';
import { type Board, boardMemory, openBoard } from './watch-board.ts';

export type Watched = Parameters<Watchdog['watch']>[0];

/** What the thread is started with. */
export interface WatchdogData {
  readonly config: Config;
  /** The process that started this one. */
  readonly parent: number;
  /** Of the board that this thread notes on. */
  readonly board: SharedArrayBuffer;
}

/** The thread starts with the first task, and keeps no process alive. */
export function startWatchdog(config: Config): Watchdog {
  let board: Board | undefined;
  const start = (): Board => {
    const data: WatchdogData = { config, parent: process.ppid, board: boardMemory() };
    new Worker(siblingUrl('./watchdog-thread', import.meta.url), { workerData: data }).unref();
    return openBoard(data.board);
  };
  return {
    watch(watched) {
      board ??= start();
      return { done: board.note(watched, watched.withinMs) };
    },
  };
}
