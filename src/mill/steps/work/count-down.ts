/** After a task became terminal: when it was the run's last, call the workflow back. */
import { RetryableError, toError, UserError } from '../../../errors.ts';
import { type Run, runCallback, runState } from '../../model/run.ts';
import type { Task } from '../../model/task.ts';
import type { Callbacks } from '../../ports/messages.ts';
import type { Runs } from '../../ports/runs.ts';
import type { Clock, Log } from '../../../process/ports.ts';

export interface CountDownPorts {
  readonly runs: Runs;
  readonly callbacks: Callbacks;
  readonly clock: Clock;
  readonly log: Log;
}

/** Within this time a callback that was begun is taken to be on its way; its sender tries for five seconds. */
const SENDING_MS = 30_000;

/** `due`: it could not be delivered. `under-way`: another sender began it a moment ago. */
export type CallbackState = 'answered' | 'under-way' | 'due';

/**
 * The count itself was committed with the task; a run at zero without `calledBackMs` is an unsent callback. Whoever finds one
 * sends it: the worker that ended the last task, a second delivery of any of its messages, or the reconciler.
 */
export async function countDown(
  task: Pick<Task, 'runId' | 'leaf'>,
  ports: CountDownPorts,
): Promise<CallbackState | 'counting'> {
  const run = await ports.runs.readIfOver(task);
  return run === undefined ? 'counting' : callBack(run, ports);
}

/** The task is over, but its message is kept for as long as it is the run's only hope of an answer. */
export async function finishRun(task: Task, ports: CountDownPorts): Promise<void> {
  if ((await countDown(task, ports)) === 'due') throw unanswered(task.runId);
}

export const unanswered = (runId: string): RetryableError =>
  new RetryableError('UNAVAILABLE', `run ${runId} is complete, but its workflow has not been called back yet`);

/** Whether nobody waits for a callback of this run any more. Until then it stays open, so that the reconciler finds it. */
export const isAnswered = (run: Run): boolean => ['none', 'answered'].includes(runCallback(run));

/** Sends a finished run's callback, one sender at a time. */
export async function callBack(run: Run, ports: CountDownPorts): Promise<CallbackState> {
  if (run.calledBackMs !== undefined) return 'answered';
  // Either way: a clock that was set back must not keep it from being sent for hours.
  const sending = run.callingBackMs !== undefined && Math.abs(ports.clock.now() - run.callingBackMs) < SENDING_MS;
  if (sending || !(await ports.runs.beginCallback(run, ports.clock.now()))) return 'under-way';
  try {
    const answer = await send(run, ports);
    await ports.runs.markCalledBack(run.id, ports.clock.now());
    ports.log.info(
      { event: 'run.completed', run: run.id, tasks: run.totalTasks, callback: answer },
      `run ${run.id} is complete`,
    );
    return 'answered';
  } catch (thrown) {
    ports.log.error(
      { event: 'callback.failed', run: run.id, url: run.callbackUrl },
      `the callback stays unsent: ${toError(thrown).message}`,
    );
    return 'due';
  }
}

/** An address that is not Workflows' (any more: a local cloud has other ports each time) will never be one, so its run is answered. */
async function send(run: Run, { callbacks, log }: CountDownPorts): Promise<'sent' | 'gone' | 'refused'> {
  if (run.callbackUrl === undefined) return 'sent';
  try {
    return await callbacks.send(run.callbackUrl, { runId: run.id, status: runState(run) });
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    log.info({ event: 'callback.refused', run: run.id, url: run.callbackUrl }, thrown.message);
    return 'refused';
  }
}
