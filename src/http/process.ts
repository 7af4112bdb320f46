/** What a function's process composes once, when its first request comes, and how it ends. */
import { COLOR_VARIABLES, guardProcess } from '../process/author-code.ts';
import { compose, type Ports } from '../compose.ts';
import { readConfig } from '../config/config.ts';
import { type Drain, startDrain } from '../process/drain.ts';

let served: { readonly ports: Ports; readonly drain: Drain } | undefined;

function serve(): { readonly ports: Ports; readonly drain: Drain } {
  if (served !== undefined) return served;
  // Days are of UTC, whatever the container was given.
  process.env['TZ'] = 'UTC';
  // What code colours for a terminal must be the same wherever it runs.
  for (const name of COLOR_VARIABLES) delete process.env[name];
  guardProcess();
  const config = readConfig(process.env, process.cwd(), process.pid);
  const drain = startDrain(process, { graceMs: config.drainMs, end: () => process.exit(0) });
  served = { ports: { ...compose(config), shutdown: drain.signal }, drain };
  return served;
}

export const ports = (): Ports => serve().ports;

/** Runs a request, unless the process is about to end. @throws {RetryableError} SHUTTING_DOWN */
export const whileServing = <T>(request: () => Promise<T>): Promise<T> => serve().drain.run(request);
