/** What every command is: a name, its options, and a function from parsed arguments to an exit code. */
import type { ParseArgsOptionsConfig } from 'node:util';
import type { Config } from '../config/config.ts';
import type { Output } from './output.ts';

/** 0 done, 1 some cells failed, 2 wrong use, 130 interrupted (as shells say it: 128 and SIGINT's number). */
export type ExitCode = 0 | 1 | 2 | 130;

export interface Arguments {
  /** As many as the command names, and those that may follow. */
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

export interface Context {
  readonly config: Config;
  /** Where the command was called. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  readonly now: () => number;
  /**
   * Resolves when the person asks to stop (Ctrl-C or SIGTERM). A command that never asks is stopped at once, and so is one
   * that is asked twice.
   */
  readonly interrupted: () => Promise<void>;
}

export interface Command {
  readonly name: string;
  /** `daymill run [--date DAY]`, and a few lines on what it does. */
  readonly usage: string;
  /** Names of what must follow the command, in order. */
  readonly positionals?: readonly string[];
  /** Names of what may follow after those. */
  readonly optional?: readonly string[];
  /** Whether the last of them may come several times. */
  readonly several?: boolean;
  /** Commands under this one, by the word that follows it: `run show`. */
  readonly subcommands?: Readonly<Record<string, Command>>;
  readonly options: ParseArgsOptionsConfig;
  /** Whether it takes `--cloud`, with `--project` and `--region`: it then works on what is deployed. */
  readonly reachesCloud?: boolean;
  /** False: it does not take `--sample`, since it reads no project's settings, deploys, or runs the project's own tests. */
  readonly takesSample?: false;
  /** An `ExitCode`, or that of the project's own program which it ran. */
  run(args: Arguments, context: Context): Promise<number>;
}

/** The person asked to stop. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

export const text = (args: Arguments, name: string): string | undefined => {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
};
