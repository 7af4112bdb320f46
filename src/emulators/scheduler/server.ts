/** The local Scheduler: the job paths of Cloud Scheduler's REST API, firing HTTP targets from the shared state file. */
import { ApiError, page, readJson, serveRest } from '../rest-server.ts';
import type { Routes } from '../rest-server.ts';
import type { State } from '../state.ts';
import type { TimersOptions } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { startClockwork } from './clockwork.ts';
import { NewJob } from './schemas.ts';

export interface SchedulerEmulator {
  port: number;
  /** Deletes all jobs; requests under way are broken off. */
  clear(): Promise<void>;
  /** Ends timers, requests and connections. A firing that was broken off is repeated after the next start. */
  close(): Promise<void>;
}

/** https://cloud.google.com/scheduler/quotas: 1 MB a job. */
const MAX_BODY_BYTES = 1_000_000;

/** @throws when the port is taken. */
export async function startScheduler(
  options: TimersOptions & {
    state: State;
    /** 0, the default, takes a free one. */
    port?: number;
    /** host:port that takes the place of workflowexecutions.googleapis.com. */
    workflowsHost?: string;
    log?: (line: string) => void;
  },
): Promise<SchedulerEmulator> {
  const { state, workflowsHost, log = () => {} } = options;
  const timers = timersOf(options);
  const clockwork = startClockwork({ state, timers, log, workflowsHost });
  const routes = {
    'POST jobs': (call) => {
      const job = readJson(NewJob, call);
      if (job.name.slice(0, job.name.lastIndexOf('/')) !== call.name) {
        throw new ApiError('INVALID_ARGUMENT', `name: "${job.name}" is not ${call.name}/ID`);
      }
      return clockwork.create({ ...job, state: 'ENABLED', userUpdateTime: new Date(timers.now()).toISOString() });
    },
    'GET jobs': ({ url, name }) => page(url, 'jobs', (limit, offset) => clockwork.list(name, limit, offset)),
    'GET jobs/*': ({ name }) => clockwork.get(name),
    'DELETE jobs/*': async ({ name }) => {
      await clockwork.remove(name);
      return {};
    },
    'POST jobs/*:run': ({ name }) => clockwork.run(name),
  } satisfies Routes;
  try {
    const { port, close } = await serveRest({
      service: 'Scheduler',
      routes,
      port: options.port,
      maxBodyBytes: MAX_BODY_BYTES,
      log,
    });
    return { port, clear: () => clockwork.clear(), close: () => close().then(() => clockwork.stop()) };
  } catch (error) {
    await clockwork.stop();
    throw error;
  }
}
