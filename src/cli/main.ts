#!/usr/bin/env node
/** The command line: finds the command, parses its options, and maps what it throws to a message and an exit code. */
import { parseArgs } from 'node:util';
import { readConfig } from '../config.ts';
import { toError, UserError } from '../errors.ts';
import type { Arguments, Command, ExitCode } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { openOutput } from './output.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  const output = openOutput(process.stdout, process.stderr, rest.includes('--json'));
  try {
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      output.line(overview());
      return name === undefined ? 2 : 0;
    }
    const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as keyof typeof COMMANDS] : undefined;
    if (load === undefined)
      throw new UserError('BAD_ARGUMENT', `There is no command "${name}". Run daymill --help for the list.`);
    const command = await load.load();
    const args = parse(command, rest);
    if (args.values['help'] === true) {
      output.line(command.usage);
      return 0;
    }
    const interrupted = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    const config = readConfig(process.env, process.cwd(), process.pid);
    return await command.run(args, { config, env: process.env, output, now: () => Date.now(), interrupted });
  } catch (thrown) {
    const error = toError(thrown);
    const known = error instanceof UserError || error.name === 'StateFileError' || error.name === 'PortInUseError';
    output.trouble(
      `daymill: ${known || process.env['DAYMILL_LOG'] !== 'debug' ? error.message : (error.stack ?? error.message)}`,
    );
    output.data({ error: { code: 'code' in error ? error.code : error.name, message: error.message } });
    return known ? 2 : 1;
  }
}

function parse(command: Command, argv: string[]): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      options: { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (cause) {
    throw new UserError('BAD_ARGUMENT', `${toError(cause).message}\n\n${command.usage}`, { cause });
  }
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return `daymill: a build system for daily metrics, on Google Cloud\n\nUsage: daymill COMMAND [options]\n\n${lines.join('\n')}\n\nEvery command takes --json and --help. DAYMILL_HOME moves .daymill/, where the local cloud keeps its state.`;
}
