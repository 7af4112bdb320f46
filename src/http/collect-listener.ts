/** What the collecting function is: its routes behind the door, composed when its process starts. */
import type { RequestListener } from 'node:http';
import { composeMeter, type MeterPorts } from '../compose-meter.ts';
import { type Config, readConfig } from '../config/config.ts';
import { toError } from '../errors.ts';
import { reportSelf } from '../meter/steps/collect/report-self.ts';
import { jobTable } from '../meter/steps/jobs/job-table.ts';
import { tellWindows } from '../meter/answers/metrics/tell-windows.ts';
import { runJobs } from '../meter/steps/jobs/run-jobs.ts';
import { startDrain } from '../process/drain.ts';
import { authenticator } from './auth.ts';
import { httpListener } from './listener.ts';
import { type LiveSocket, liveSocket } from './live-socket.ts';
import type { Doors } from './route.ts';
import { openApiRoute } from './openapi-route.ts';
import { quotaError } from './quota-error.ts';
import { collectRoutes } from './routes/index.ts';

export interface OwnListener {
  readonly listener: RequestListener;
  /** What wants to be a WebSocket. */
  readonly upgrade?: LiveSocket;
}

export function collectListener(env: Readonly<Record<string, string | undefined>>): OwnListener {
  // Days are of UTC, whatever the container was given.
  process.env['TZ'] = 'UTC';
  const config = readConfig(env, process.cwd(), process.pid);
  const ports = composeMeter(config, quotaError);
  const stop = keepUp(ports, config);
  const drain = startDrain(process, { graceMs: config.drainMs, end: () => void stop().finally(() => process.exit(0)) });
  const routes = collectRoutes(() => ports);
  const doors: Doors = {
    authenticate: authenticator(ports.jwt, ports.apiKeys),
    async spend({ organization }, { quota }) {
      if (quota !== 'none') await ports.spendRequest(organization, quota);
    },
    clock: ports.clock,
    log: ports.log,
    whileServing: (act) => drain.run(act),
  };
  // Readers are told to come again before requests are waited for: they would stay for ever.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ports.live.close());
  return {
    listener: counted(ports, httpListener([...routes, openApiRoute(routes)], doors)),
    upgrade: liveSocket(doors, ports),
  };
}

/** Between two writes of the live state, while the process has the time: where it is frozen between requests, the next one goes on. */
const KEEP_UP_MS = 5_000;

const MINUTE_MS = 60_000;

/** Between two samples of its own metrics. */
const OWN_METRICS_MS = 15_000;

/** Answers how to stop it, with what is left written. */
function keepUp(ports: MeterPorts, { maintainMs, collect, worker }: Config): () => Promise<void> {
  const { tables, windows, memberships, group, live, log } = ports;
  const organization = collect?.ownMetrics;
  memberships.start();
  const timers = [setInterval(() => void tables.write(), KEEP_UP_MS)];
  const round = (): void =>
    void runJobs(jobTable(ports), maintainMs, ports).catch((thrown: unknown) =>
      log.warn({ event: 'jobs.failed' }, toError(thrown).message),
    );
  timers.push(setInterval(() => live.tick(), KEEP_UP_MS));
  timers.push(setInterval(() => void tellWindows(ports), MINUTE_MS));
  if (maintainMs > 0) timers.push(setInterval(round, maintainMs));
  if (organization !== undefined) {
    const report = (): Promise<void> =>
      reportSelf({ organization, instance: worker, residentBytes: process.memoryUsage.rss() }, ports).catch(
        (thrown: unknown) => log.warn({ event: 'own_metrics.not_kept' }, toError(thrown).message),
      );
    timers.push(setInterval(() => void report(), OWN_METRICS_MS));
  }
  for (const timer of timers) timer.unref();
  return async () => {
    for (const timer of timers) clearInterval(timer);
    memberships.stop();
    await group.drain();
    await Promise.all([tables.write(), windows.write()]);
  };
}

/** For who asks how fast it is. */
const counted =
  ({ requests, figures, clock }: MeterPorts, listener: RequestListener): RequestListener =>
  (request, response) => {
    const begun = clock.elapsed();
    requests.underWay++;
    response.once('close', () => {
      requests.underWay--;
      if (request.method !== 'GET') figures.answered(clock.elapsed() - begun);
    });
    listener(request, response);
  };
