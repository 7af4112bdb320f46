/** The watchdog's thread: waits for deadlines, fails the stuck task in the ledger, and kills the process. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Watched, WatchdogData, WatchdogMessage } from './watchdog.ts';

const { config, parent } = workerData as WatchdogData;
const timers = new Map<string, NodeJS.Timeout>();

/** How often a local worker looks whether its parent is still there. */
const PARENT_CHECK_MS = 500;

// On a laptop the CLI is the parent. A main thread that is stuck does not hear it go, and would outlive it.
if (config.workflowsEmulatorHost !== undefined) {
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  }, PARENT_CHECK_MS);
}

parentPort?.on('message', (message: WatchdogMessage) => {
  if ('forget' in message) {
    clearTimeout(timers.get(message.forget));
    timers.delete(message.forget);
    return;
  }
  const { watch } = message;
  timers.set(
    watch.id,
    setTimeout(() => void end(watch), watch.withinMs),
  );
});

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
