/** What the page's function is: its files, the mill's answers, and what the meter answers, to who has signed in. */
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { basename, join } from 'node:path';
import { composeMeter, type MeterPorts } from '../compose-meter.ts';
import { composeOrganizations, composeView, type View } from '../compose-view.ts';
import { type Config, readConfig } from '../config/config.ts';
import { codeOf } from '../errors.ts';
import { guardProcess } from '../process/author-code.ts';
import { startDrain } from '../process/drain.ts';
import { openLog } from '../process/log.ts';
import { SYSTEM_CLOCK } from '../process/system-clock.ts';
import type { OwnListener } from './collect-listener.ts';
import { HttpError } from './http-error.ts';
import { LiveGrid } from './live-grid.ts';
import { httpListener } from './listener.ts';
import { openApiRoute } from './openapi-route.ts';
import { pageFiles } from './page-files.ts';
import { quotaError } from './quota-error.ts';
import type { Doors, Route } from './route.ts';
import { collectRoutes } from './routes/index.ts';
import { millRoutes } from './routes/mill/index.ts';
import type { Served } from './routes/mill/project.ts';
import { viewSignIn } from './view-sign-in.ts';

export function viewListener(env: Readonly<Record<string, string | undefined>>): OwnListener {
  // Days are of UTC, whatever the container was given.
  process.env['TZ'] = 'UTC';
  guardProcess();
  const config = readConfig(env, process.cwd(), process.pid);
  const drain = startDrain(process, { graceMs: config.drainMs, end: () => process.exit(0) });
  const { listener, close } = composeListener(config, {
    authenticate: viewSignIn(config),
    folder: pageFolder(),
    whileServing: (act) => drain.run(act),
  });
  // Readers are told to come again before requests are waited for: they would stay for ever.
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close);
  return { listener };
}

interface ViewOptions extends Pick<Doors, 'authenticate' | 'whileServing'> {
  /** Of the page, as it was built; empty where it was not. */
  readonly folder: string;
}

/** The page's routes behind its door. `close` lets go of who follows the grid. */
export function composeListener(
  config: Config,
  { authenticate, whileServing, folder }: ViewOptions,
): { readonly listener: RequestListener; readonly routes: readonly Route[]; readonly close: () => void } {
  const log = openLog(config.logLevel, { worker: config.worker });
  const meter = once(() => meterOf(config));
  const view = once(() => viewOf(config));
  const organizations = composeOrganizations(config);
  const page = pageFiles(folder);
  const doors: Doors = { authenticate, spend: () => Promise.resolve(), clock: SYSTEM_CLOCK, log, whileServing };
  const { isLocal } = config.signIn;
  const served: Served = {
    name: isLocal ? basename(config.root) : config.cloud.name,
    target: isLocal ? 'local' : 'cloud',
    page: page.build,
    version: versionOf(),
    // Who is not an admin has no choice.
    organizations: ({ role }) => (role === 'admin' ? organizations() : Promise.resolve([])),
  };
  const live = new LiveGrid(view);
  const [mill, collect] = [
    millRoutes(
      view,
      served,
      () => live,
      () => meter().jobs,
    ),
    collectRoutes(meter),
  ];
  const own = [...mill, ...collect.filter(isRead)];
  // On a laptop one address answers both; deployed, what collects has its own, and its own description.
  const description = openApiRoute(isLocal ? [...mill, ...collect] : own);
  // A browser is far away, where a sender that collects is near: all that is whole is packed.
  const routes = [...own, description].map((route): Route => Object.assign({ ...route }, { isPacked: true }));
  const api = httpListener(routes, doors);
  return {
    routes,
    listener: (request, response) => {
      if (!page.serve(request, response)) api(withOrganization(request), response);
    },
    close: () => live.close(),
  };
}

/** @throws {HttpError} 503 while the source has never been whole: on a laptop it is read after each change */
function viewOf(config: Config): View {
  try {
    return composeView(config);
  } catch (thrown) {
    if (codeOf(thrown) !== 'NO_MANIFEST') throw thrown;
    const message = "The project's computations could not be read yet: npx daymill check says what is wrong with them.";
    throw new HttpError(503, 'NO_MANIFEST', message, { cause: thrown });
  }
}

/** What is asked of the meter: queries may come as forms. */
const isRead = ({ method, quota }: Route): boolean => method === 'GET' || (method === 'POST' && quota === 'read');

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

/** Between two looks at whose stream has had nothing for a while. */
const TICK_MS = 5_000;

function meterOf(config: Config): MeterPorts {
  const ports = composeMeter(config, quotaError);
  setInterval(() => ports.live.tick(), TICK_MS).unref();
  return ports;
}

/** In a clone beside its source, in the package where it was built. */
const pageFolder = (): string =>
  [join(import.meta.dirname, '../../dashboard'), join(import.meta.dirname, '../../dist/dashboard')].find((folder) =>
    existsSync(join(folder, 'index.html')),
  ) ?? '';

const versionOf = (): string => {
  const file = ['../../package.json', '../../../package.json']
    .map((path) => join(import.meta.dirname, path))
    .find(existsSync);
  return file === undefined ? '' : String((JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version);
};

/** A browser's stream and a link say it in the query, where no route expects it. */
function withOrganization(request: IncomingMessage): IncomingMessage {
  const url = URL.parse(request.url ?? '/', 'http://page');
  const organization = url?.searchParams.get('org') ?? null;
  // What is no address has no route either.
  if (url === null || organization === null) return request;
  url.searchParams.delete('org');
  request.url = `${url.pathname}${url.search}`;
  request.headers['x-scope-orgid'] = organization;
  return request;
}
