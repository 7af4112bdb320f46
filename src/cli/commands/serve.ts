/** `daymill serve`: everything that is answered over HTTP, on one port of this machine. */
import { resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { collectEnvironment } from '../local/collect-environment.ts';
import { DEFAULT_PORT, startGateway } from '../local/gateway.ts';
import type { FunctionService } from '../local/function-service.ts';
import { serviceOf, startCloud, startFunctions } from '../local/local-cloud.ts';
import { isForPage, onSourceChange, pageEnvironment, takeManifest, writeManifestNow } from '../local/page-service.ts';
import { stateFile } from '../local/state-file.ts';
import { readPort } from '../read-port.ts';

export const serve: Command = {
  name: 'serve',
  usage: `daymill serve [--port N] [--state FILE]

Starts the local cloud, and answers on 127.0.0.1 until Ctrl-C: the page, and every HTTP route; samples, heartbeats and events are
taken as in the cloud. daymill token prints what to send with requests; daymill run, in another terminal, computes what was collected.
  --port    the port (default ${DEFAULT_PORT}); 0 takes a free one
  --state   the state file (default .daymill/state.sqlite); :memory: keeps nothing
  --json    {"url"} on one line, once it answers
Exit code: 0 stopped, 2 wrong use.`,
  options: { port: { type: 'string' }, state: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, env, output } = context;
  const port = readPort(args, 'port', String(DEFAULT_PORT));
  const stopped = context.interrupted();
  const given = text(args, 'state');
  const file = given === undefined || given === ':memory:' ? given : resolve(config.root, given);
  const isOwn = file === undefined || file === stateFile(config);
  let services: Readonly<Record<'collect' | 'view', FunctionService>> | undefined;
  // First of all: whoever has the port taken is told so at once.
  const gateway = await startGateway(
    port,
    (request) => services?.[isForPage(request) ? 'view' : 'collect'].url ?? NOBODY,
  );
  try {
    const cloud = await startCloud(config, file === undefined ? {} : { file });
    const daymill = await startFunctions(config, cloud, {
      env: { ...env, ...collectEnvironment(config, env) },
      pageEnv: pageEnvironment(config),
      onLog: ({ severity, message }) => {
        if (severity === 'WARNING' || severity === 'ERROR') output.trouble(message);
      },
      collects: true,
      views: true,
      announce: isOwn ? 'joinable' : 'never',
    });
    try {
      services = { collect: serviceOf(daymill.services, 'collect'), view: serviceOf(daymill.services, 'view') };
      const tell = async (): Promise<void> => {
        if (await writeManifestNow(config, env, 'inherit')) takeManifest(config);
        else output.trouble('The page shows the code as it was.');
      };
      await Promise.all([healthy(gateway.url), tell()]);
      sayReady(gateway.url, output);
      const endWatch = onSourceChange(config, () => void tell().then(() => restart(daymill.services)));
      await stopped;
      endWatch();
    } finally {
      await daymill.close();
    }
  } finally {
    await gateway.close();
  }
  return 0;
}

/** Where nobody listens, until the functions are there. */
const NOBODY = 'http://127.0.0.1:1';

function sayReady(url: string, output: Context['output']): void {
  output.line(`The page          ${url}/`);
  output.line(`What it takes     ${url}/openapi.json`);
  output.line(`Its health        ${url}/api/metrics/health`);
  output.line('A token           npx daymill token --org demo --role admin');
  output.line();
  output.line('Ready. Ctrl-C stops it.');
  output.data({ url });
}

/** The function starts with the first request: whoever waits for our word finds it warm. */
async function healthy(url: string): Promise<void> {
  const response = await fetch(`${url}/api/metrics/health`);
  if (!response.ok)
    throw new UserError('BUSY', `The collecting function does not answer: ${response.status} ${await response.text()}`);
}

/** Instances hold the code that they started with. */
function restart(services: ReadonlyMap<string, FunctionService>): void {
  for (const [id, service] of services) if (id !== 'collect') void service.restart();
}
