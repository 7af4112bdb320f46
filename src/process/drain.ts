/**
 * The end of a function's process. Cloud Run sends SIGTERM and waits ten seconds; the framework's own handler answers the newest request
 * with an error and exits at once. Here no new request is taken (Pub/Sub sends its message to another instance), requests under way
 * may end within a grace, what is left of them then hands its lease back, and the process exits.
 */
import { RetryableError } from '../errors.ts';

/** After the grace: a hand-back is one commit. Together with the default grace this stays within Cloud Run's ten seconds. */
const HAND_BACK_MS = 2_000;

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

export interface Drain {
  /** Aborted when the grace is over: what still runs must let go. */
  readonly signal: AbortSignal;
  /** Runs a request. @throws {RetryableError} SHUTTING_DOWN when the process takes no more. */
  run<T>(request: () => Promise<T>): Promise<T>;
}

/** `end` is asked for when all is done. */
export function startDrain(
  host: Pick<NodeJS.Process, 'on' | 'removeAllListeners'>,
  options: { readonly graceMs: number; readonly end: () => void },
): Drain {
  const grace = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let listening = false;
  let draining = false;

  const idle = async (withinMs: number): Promise<void> => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, withinMs)));
    await Promise.race([late, Promise.allSettled(underWay)]);
    clearTimeout(timer);
  };
  const drain = async (): Promise<void> => {
    if (draining) return;
    draining = true;
    await idle(options.graceMs);
    grace.abort();
    await idle(HAND_BACK_MS);
    // The last answer is written in this turn of the loop; one that is lost is an answer of "again" as well.
    setImmediate(options.end);
  };
  /** With the first request, because the framework adds its handlers after the function's module is loaded. */
  const listen = (): void => {
    if (listening) return;
    listening = true;
    for (const signal of SIGNALS) {
      host.removeAllListeners(signal);
      host.on(signal, () => void drain());
    }
  };

  return {
    signal: grace.signal,
    async run(request) {
      listen();
      if (draining)
        throw new RetryableError('SHUTTING_DOWN', 'this worker is told to end, and takes no more; another one will');
      const running = request();
      underWay.add(running);
      try {
        return await running;
      } finally {
        underWay.delete(running);
      }
    },
  };
}
