/** The watchdog's thread: waits for deadlines, fails the stuck task in the ledger, and kills the process. */
import { workerData } from 'node:worker_threads';
import { openBoard } from './watch-board.ts';
import type { Watched, WatchdogData } from './watchdog.ts';

const { config, parent, board: memory } = workerData as WatchdogData;
const board = openBoard(memory);

/** How often it looks; deadlines are seconds, and have seconds of grace. */
const LOOK_MS = 500;

const isLocal = config.workflowsEmulatorHost !== undefined;
let isEnding = false;

setInterval(() => {
  // On a laptop the CLI is the parent. A main thread that is stuck does not hear it go, and would outlive it.
  if (isLocal && process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (isEnding) return;
  const [stuck] = board.overdue();
  if (stuck === undefined) return;
  isEnding = true;
  void end(stuck as Watched);
}, LOOK_MS);

async function end(watched: Watched): Promise<void> {
  try {
    // Loaded only now: a thread of every worker would otherwise carry a Firestore client that it almost never needs.
    const { compose } = await import('../../compose.ts');
    const { giveUpStuck } = await import('../steps/work/give-up-stuck.ts');
    await giveUpStuck(watched, { code: 'TIMEOUT', message: watched.what }, compose(config));
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
}
