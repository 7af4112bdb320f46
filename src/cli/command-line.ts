/** The command line: finds the command, parses its options, and maps what it throws to a message and an exit code. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { guardProcess } from '../process/author-code.ts';
import type { Config } from '../config/config.ts';
import { sampleNames } from '../config/read-sample.ts';
import { toError, UserError } from '../errors.ts';
import { didYouMean } from '../values/suggest.ts';
import { type Arguments, type Command, type ExitCode, Interrupted, text } from './command.ts';
import { configOf, sharedOptions, usageOf } from './cloud-options.ts';
import { COMMANDS } from './commands/index.ts';
import { isStateBroken, stateBroke } from './local/broken-state.ts';
import { openOutput, type Output } from './output.ts';

/** Errors whose message says what is wrong and what to do. The emulators know none of our classes, so they go by name. */
const EXPLAINED = new Set(['UserError', 'StateFileError', 'BusyPortError']);

/** Carries out what was typed, and sets the exit code. */
export async function commandLine(argv: readonly string[]): Promise<void> {
  // Author code runs here too (rows are parsed, results compared): in the time zone of the workers.
  process.env['TZ'] = 'UTC';
  guardProcess();
  quietSqlite();
  // A reader that has seen enough, such as head, is no trouble.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.exitCode = await carryOut(argv);
  // Its functions end with this process.
  if (isStateBroken()) process.exit();
}

async function carryOut(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  // What follows `--` is another program's.
  const own = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest;
  const output = openOutput(process.stdout, process.stderr, own.includes('--json'), { env: process.env });
  try {
    if (name === '--version' || name === '-v' || name === 'version') {
      const { ownPackage } = await import('./scaffold.ts');
      output.line(ownPackage().version);
      return 0;
    }
    if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && rest.length === 0)) {
      output.line(overview());
      return name === undefined ? 2 : 0;
    }
    // `help run show` is `run show --help`.
    const { command, others } = await findCommand(name === 'help' ? rest : argv);
    const args = parse(command, name === 'help' ? [...others, '--help'] : others);
    if (args.values['help'] === true) {
      output.line(usageOf(command));
      return 0;
    }
    // So that the functions and commands that this one starts have it, too.
    const sample = text(args, 'sample');
    if (sample !== undefined) process.env['DAYMILL_SAMPLE'] = sample;
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

/** A command, or one under it, and the words that follow. */
async function findCommand([name = '', ...rest]: readonly string[]): Promise<{ command: Command; others: string[] }> {
  if (Object.hasOwn(COMMANDS, name)) {
    const command = await COMMANDS[name as keyof typeof COMMANDS].load();
    const [word = '', ...others] = rest;
    const under = Object.hasOwn(command.subcommands ?? {}, word) ? command.subcommands?.[word] : undefined;
    return under === undefined ? { command, others: rest } : { command: under, others };
  }
  const near = didYouMean(name, Object.keys(COMMANDS));
  throw new UserError(
    'BAD_ARGUMENT',
    `There is no command "${name}". ${near === undefined ? '' : `Did you mean "${near}"? `}daymill --help lists them.`,
  );
}

function parse(command: Command, argv: string[]): Arguments {
  const options = {
    ...command.options,
    ...sharedOptions(command),
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  const wrong = (problem: string, cause?: unknown): UserError =>
    new UserError('BAD_ARGUMENT', `${problem}\n\n${usageOf(command)}`, { cause });
  let parsed: Arguments;
  try {
    parsed = parseArgs({ args: withNumbers(argv, options), options, allowPositionals: true, strict: true });
  } catch (cause) {
    const { message } = toError(cause);
    const unknown = /^Unknown option '-*([^']*)'/.exec(message)?.[1];
    if (unknown === undefined) throw wrong(ofValue(message), cause);
    const near = didYouMean(unknown, Object.keys(options));
    throw wrong(`There is no option --${unknown}.${near === undefined ? '' : ` Did you mean --${near}?`}`, cause);
  }
  const names = command.positionals ?? [];
  const { positionals, values } = parsed;
  if (values['help'] === true) return parsed;
  if (values['sample'] === '') throw wrong('--sample needs a name behind it.');
  const missing = names.slice(positionals.length);
  if (missing.length > 0) throw wrong(`${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`);
  const most = names.length + (command.optional ?? []).length;
  if (positionals.length > most && command.several !== true)
    throw wrong(`"${positionals[most]}" is one word too many.`);
  return parsed;
}

/** `--limit -1` is an option with its value, which then is refused by what it means. */
function withNumbers(argv: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const words: string[] = [];
  for (const word of argv) {
    const before = words.at(-1);
    const isValue = before?.startsWith('--') === true && options[before.slice(2)]?.type === 'string';
    if (isValue && /^-\d/.test(word)) words[words.length - 1] = `${before}=${word}`;
    else words.push(word);
  }
  return words;
}

/** Node's messages about options and their values, in our words. */
function ofValue(message: string): string {
  const option = /'(?:-\w, )?(--[\w-]+)/.exec(message)?.[1];
  if (option === undefined) return message;
  if (message.includes('does not take an argument')) return `${option} takes no value.`;
  if (message.includes('argument missing') || message.includes('is ambiguous'))
    return `${option} needs a value behind it.`;
  return message;
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function overview(): string {
  const samples = sampleNames();
  const inClone =
    samples.length === 0
      ? ''
      : `\n\nIn a clone, --sample NAME is of ${samples.join(', ')}: it is the project then, with a state of its own.`;
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`);
  return `daymill: a build system for daily metrics, on Google Cloud\n\nUsage: daymill COMMAND [options]\n\n${lines.join('\n')}\n\nEvery command takes --json and --help; daymill help COMMAND says more of one. DAYMILL_HOME moves .daymill/, where the local cloud keeps its state.${inClone}`;
}
