/** `daymill serve`: everything that is answered over HTTP, on one port of this machine. */
import { existsSync, watch } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../../errors.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { collectEnvironment } from '../local/collect-environment.ts';
import { DEFAULT_PORT, startGateway } from '../local/gateway.ts';
import type { FunctionService } from '../local/function-service.ts';
import { serviceOf, startCloud, startFunctions } from '../local/local-cloud.ts';
import { stateFile } from '../local/state-file.ts';
import { readPort } from '../read-port.ts';

/** Editors write a file in several steps: a change counts once nothing else changed for so long. */
const SETTLE_MS = 150;

export const serve: Command = {
  name: 'serve',
  usage: `daymill serve [--port N] [--state FILE]

Starts the local cloud, and answers every HTTP route on 127.0.0.1 until Ctrl-C: samples, heartbeats and events are taken as in the
cloud. daymill token prints what to send with requests; daymill run, in another terminal, computes what was collected.
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
  let collect: FunctionService | undefined;
  // First of all: whoever has the port taken is told so at once.
  const gateway = await startGateway(port, () => collect?.url ?? NOBODY);
  try {
    const cloud = await startCloud(config, file === undefined ? {} : { file });
    const daymill = await startFunctions(config, cloud, {
      env: { ...env, ...collectEnvironment(config, env) },
      onLog: ({ severity, message }) => {
        if (severity === 'WARNING' || severity === 'ERROR') output.trouble(message);
      },
      collects: true,
      announce: isOwn ? 'joinable' : 'never',
    });
    try {
      collect = serviceOf(daymill.services, 'collect');
      await healthy(gateway.url);
      sayReady(gateway.url, output);
      const endWatch = restartOnChange(join(config.root, config.computations), daymill.services);
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
  output.line(`Daymill answers at ${url}`);
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
function restartOnChange(folder: string, services: ReadonlyMap<string, { restart(): Promise<void> }>): () => void {
  if (!existsSync(folder)) return () => {};
  let settling: NodeJS.Timeout | undefined;
  const restart = (): void => {
    for (const [id, service] of services) if (id !== 'collect') void service.restart();
  };
  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(settling);
    settling = setTimeout(restart, SETTLE_MS);
  });
  return () => {
    clearTimeout(settling);
    watcher.close();
  };
}
