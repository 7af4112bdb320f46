/** After a task became terminal: when it was the run's last, call the workflow back. */
import { toError } from '../errors.ts';
import type { Run } from '../model/run.ts';
import type { Callbacks, Clock, Log, Runs } from './ports.ts';

export interface CountDownPorts {
  readonly runs: Runs;
  readonly callbacks: Callbacks;
  readonly clock: Clock;
  readonly log: Log;
}

/** Within this time a callback that was begun is taken to be on its way; its sender tries for five seconds. */
const SENDING_MS = 30_000;

/** The count itself was committed with the task; a run at zero without `calledBackMs` is an unsent callback, which the reconciler sends too. */
export async function countDown(runId: string, ports: CountDownPorts): Promise<void> {
  const run = await ports.runs.read(runId);
  if (run !== undefined && run.remainingTasks === 0) await callBack(run, ports);
}

/** Sends a finished run's callback, one sender at a time. Trouble is left to the reconciler: the work is done and must not run again for it. */
export async function callBack(run: Run, ports: CountDownPorts): Promise<boolean> {
  if (run.calledBackMs !== undefined) return false;
  const sending = run.callingBackMs !== undefined && ports.clock.now() - run.callingBackMs < SENDING_MS;
  if (sending || !(await ports.runs.beginCallback(run, ports.clock.now()))) return false;
  try {
    const answer =
      run.callbackUrl === undefined
        ? 'sent'
        : await ports.callbacks.send(run.callbackUrl, { runId: run.id, status: 'COMPLETED' });
    await ports.runs.markCalledBack(run.id, ports.clock.now());
    ports.log.info(
      { event: 'run.completed', run: run.id, tasks: run.totalTasks, callback: answer },
      `run ${run.id} is complete`,
    );
    return true;
  } catch (thrown) {
    ports.log.error(
      { event: 'callback.failed', run: run.id, url: run.callbackUrl },
      `the callback stays unsent: ${toError(thrown).message}`,
    );
    return false;
  }
}
