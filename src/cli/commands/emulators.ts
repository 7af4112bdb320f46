/** `daymill emulators`: the local cloud alone, for programs that speak to Firestore, Pub/Sub, Workflows or Storage. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { startCloud } from '../local/local-cloud.ts';
import { stateFile } from '../local/state-file.ts';
import { readPort } from '../read-port.ts';
import { announceSession } from '../local/session.ts';

export const emulators: Command = {
  name: 'emulators',
  usage: `daymill emulators [--firestore-port N] [--pubsub-port N] [--workflows-port N] [--storage-port N] [--state FILE]
                  [--env-out FILE] [--no-require-indexes]

Runs Firestore, Pub/Sub, Workflows, Storage and a metadata server on 127.0.0.1 until Ctrl-C. Official clients find them by the
variables that it prints; plan, explain and results find them by themselves.
  --firestore-port, --pubsub-port, --workflows-port, --storage-port   0, the default, takes a free one
  --state      the state file (default .daymill/state.sqlite); :memory: keeps nothing
  --env-out    also writes the variables there, as NAME=value lines
  --no-require-indexes
               answers Firestore queries that firestore.indexes.json has no index for, too: the cloud refuses them
  --verbose    says what is asked of them, on standard error
  --json       {"env": {name: value}} on one line, once they are ready
Exit code: 0 stopped, 2 wrong use.`,
  options: {
    'firestore-port': { type: 'string' },
    'pubsub-port': { type: 'string' },
    'workflows-port': { type: 'string' },
    'storage-port': { type: 'string' },
    state: { type: 'string' },
    'env-out': { type: 'string' },
    'no-require-indexes': { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output, interrupted }: Context): Promise<ExitCode> {
  const stopped = interrupted();
  const file = text(args, 'state') ?? stateFile(config);
  const cloud = await startCloud(config, {
    file: file === ':memory:' ? file : resolve(config.root, file),
    ports: {
      firestore: readPort(args, 'firestore-port'),
      pubsub: readPort(args, 'pubsub-port'),
      workflows: readPort(args, 'workflows-port'),
      storage: readPort(args, 'storage-port'),
    },
    ...(args.values['no-require-indexes'] === true ? { requireIndexes: false } : {}),
    ...(args.values['verbose'] === true ? { log: (line: string) => output.trouble(line) } : {}),
  });
  try {
    // Another file's cloud is not the project's own state, and its other commands must not read it.
    const conceal = file === stateFile(config) ? announceSession(config, { env: cloud.env }) : () => {};
    // Not called --env-file: Node takes that for itself, wherever it stands on the command line.
    const envFile = text(args, 'env-out');
    const lines = Object.entries(cloud.env).map(([name, value]) => `${name}=${value}`);
    if (envFile !== undefined) writeFileSync(resolve(config.root, envFile), `${lines.join('\n')}\n`);
    output.line(`Firestore  ${cloud.env['FIRESTORE_EMULATOR_HOST']}`);
    output.line(`Pub/Sub    ${cloud.env['PUBSUB_EMULATOR_HOST']}`);
    output.line(`Workflows  ${cloud.env['WORKFLOWS_EMULATOR_HOST']}`);
    output.line(`Storage    ${cloud.env['STORAGE_EMULATOR_HOST']}`);
    output.line(`State      ${file}`);
    output.line();
    for (const line of lines) output.verbatim(`export ${line}`);
    output.line();
    output.line('Ready. Ctrl-C stops them.');
    output.data({ env: cloud.env });
    await stopped;
    conceal();
  } finally {
    await cloud.close();
  }
  return 0;
}
