/** What the collecting function is: its routes behind the door, composed when its process starts. */
import type { RequestListener } from 'node:http';
import { composeMeter, type MeterPorts } from '../compose-meter.ts';
import { readConfig } from '../config/config.ts';
import { startDrain } from '../process/drain.ts';
import { authenticator } from './auth.ts';
import { httpListener } from './listener.ts';
import { openApiRoute } from './openapi-route.ts';
import { collectRoutes } from './routes/index.ts';

export function collectListener(env: Readonly<Record<string, string | undefined>>): RequestListener {
  // Days are of UTC, whatever the container was given.
  process.env['TZ'] = 'UTC';
  const config = readConfig(env, process.cwd(), process.pid);
  const ports = composeMeter(config);
  const drain = startDrain(process, { graceMs: config.drainMs, end: () => process.exit(0) });
  const routes = collectRoutes(() => ports);
  return counted(
    ports,
    httpListener([...routes, openApiRoute(routes)], {
      authenticate: authenticator(ports.jwt, ports.apiKeys),
      spend: (caller, route) => ports.spendRequest(caller.organization, route.quota),
      clock: ports.clock,
      log: ports.log,
      whileServing: (act) => drain.run(act),
    }),
  );
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
