#!/usr/bin/env node
/** The command line: finds the command, parses its options, and maps what it throws to a message and an exit code. */
import { enableCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { guardProcess } from '../process/author-code.ts';
import type { Config } from '../config/config.ts';
import { toError, UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';
import { type Arguments, type Command, type ExitCode, Interrupted } from './command.ts';
import { CLOUD_OPTIONS, configOf, usageOf } from './cloud-options.ts';
import { COMMANDS } from './commands/index.ts';
import { isStateBroken, stateBroke } from './local/broken-state.ts';
import { openOutput, type Output } from './output.ts';

/** Errors whose message says what is wrong and what to do. The emulators know none of our classes, so they go by name. */
const EXPLAINED = new Set(['UserError', 'StateFileError', 'BusyPortError']);

// Author code runs here too (rows are parsed, results compared): in the time zone of the workers.
process.env['TZ'] = 'UTC';
guardProcess();
quietSqlite();
// Halves the start of every command but the first.
enableCompileCache();
// A reader that has seen enough, such as head, is no trouble.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.exitCode = await main(process.argv.slice(2));
// Its functions end with this process.
if (isStateBroken()) process.exit();

async function main(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  const output = openOutput(process.stdout, process.stderr, rest.includes('--json'), { env: process.env });
  try {
    if (name === '--version' || name === '-v' || name === 'version') {
      const { ownPackage } = await import('./scaffold.ts');
      output.line(ownPackage().version);
      return 0;
    }
    if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
      output.line(overview());
      return name === undefined ? 2 : 0;
    }
    const named = await findCommand(name);
    const [word = ''] = rest;
    const under = Object.hasOwn(named.subcommands ?? {}, word) ? named.subcommands?.[word] : undefined;
    const command = under ?? named;
    const args = parse(command, under === undefined ? rest : rest.slice(1));
    if (args.values['help'] === true) {
      output.line(usageOf(command));
      return 0;
    }
    let config: Config | undefined;
    const running = command.run(args, {
      // Read when it is asked for: a project that is yet to be made has none.
      get config() {
        return (config ??= configOf(command, args, output));
      },
      cwd: process.cwd(),
      env: process.env,
      output,
      now: () => Date.now(),
      interrupted,
    });
    return await Promise.race([running, stateBroke]);
  } catch (thrown) {
    return fail(toError(thrown), output);
  }
}

/** Node 22 warns of every start of the local cloud, whose state is in SQLite; people can do nothing about it. */
function quietSqlite(): void {
  const emitWarning = process.emitWarning.bind(process) as (...parts: readonly unknown[]) => void;
  process.emitWarning = (...parts: readonly unknown[]) => {
    if (!String(parts[0]).startsWith('SQLite is an experimental feature')) emitWarning(...parts);
  };
}

function fail(error: Error, output: Output): ExitCode {
  const explained = EXPLAINED.has(error.name) || error instanceof Interrupted;
  const debug = process.env['DAYMILL_LOG'] === 'debug';
  const hint = explained || debug ? '' : ' (DAYMILL_LOG=debug shows where)';
  output.trouble(`daymill: ${debug && !explained ? (error.stack ?? error.message) : error.message}${hint}`);
  output.data({ error: { code: 'code' in error ? error.code : error.name, message: error.message } });
  return error instanceof Interrupted ? 130 : explained ? 2 : 1;
}

function findCommand(name: string): Promise<Command> {
  if (Object.hasOwn(COMMANDS, name)) return COMMANDS[name as keyof typeof COMMANDS].load();
  const near = didYouMean(name, Object.keys(COMMANDS));
  throw new UserError(
    'BAD_ARGUMENT',
    `There is no command "${name}". ${near === undefined ? '' : `Did you mean "${near}"? `}daymill --help lists them.`,
  );
}

function parse(command: Command, argv: string[]): Arguments {
  const options = {
    ...command.options,
    ...(command.reachesCloud === true ? CLOUD_OPTIONS : {}),
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const wrong = (problem: string, cause?: unknown): UserError =>
    new UserError('BAD_ARGUMENT', `${problem}\n\n${usageOf(command)}`, { cause });
  let parsed: Arguments;
  try {
    parsed = parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (cause) {
    const unknown = /^Unknown option '-*([^']*)'/.exec(toError(cause).message)?.[1];
    if (unknown === undefined) throw wrong(toError(cause).message, cause);
    const near = didYouMean(unknown, Object.keys(options));
    throw wrong(`There is no option --${unknown}.${near === undefined ? '' : ` Did you mean --${near}?`}`, cause);
  }
  const names = command.positionals ?? [];
  const { positionals, values } = parsed;
  if (values['help'] === true) return parsed;
  const missing = names.slice(positionals.length);
  if (missing.length > 0) throw wrong(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`);
  const most = names.length + (command.optional ?? []).length;
  if (positionals.length > most && command.several !== true)
    throw wrong(`"${positionals[most]}" is one word too many.`);
  return parsed;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function overview(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`);
  return `daymill: a build system for daily metrics, on Google Cloud\n\nUsage: daymill COMMAND [options]\n\n${lines.join('\n')}\n\nEvery command takes --json and --help. DAYMILL_HOME moves .daymill/, where the local cloud keeps its state.`;
}
