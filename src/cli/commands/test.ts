/** `daymill test`: the project's own tests, or those of them that reach a selected computation. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { selectedFor } from '../../mill/answers/selected-for.ts';
import { ModuleGraph } from '../../mill/manifest/module-graph.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import { type Reached, TEST_FILES, testFilesIn, testsReaching } from '../../mill/manifest/tests-reaching.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { type Arguments, type Command, type Context, text } from '../command.ts';
import { counted } from '../counted.ts';
import { readDays } from '../days.ts';
import { look } from '../look.ts';
import { narrowScript, shellWord } from '../narrow-script.ts';
import { projectManifest } from '../project.ts';
import { runNpm } from '../run-npm.ts';
import type { PackageFile } from '../scaffold.ts';

export const testCommand: Command = {
  name: 'test',
  usage: `daymill test [--select EXPR] [-- ARGS…]

Runs the project's own tests: the "test" script of its package.json, by npm, in UTC as a night runs. ARGS go to the script.
  --select   only test files (${TEST_FILES}) whose imports reach one of these computations, for example rsi-14+ or
             state:changed+; see daymill plan --help. They stand in for the files that the script names, or follow it
  --json     {"files", "untested", "exitCode"}, last on standard output; "files" is null when it is all that the script runs
Exit code: the script's own; 2 also for wrong use, and when no test file reaches any that is selected.`,
  optional: ['ARGS'],
  several: true,
  options: { select: { type: 'string' } },
  takesSample: false,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<number> {
  const { config, env, output } = context;
  const scripts = scriptsOf(config.root);
  const select = text(args, 'select');
  if (select === undefined) {
    const exitCode = await runNpm(['test', '--', ...args.positionals], { cwd: config.root, env });
    output.data({ files: null, untested: [], exitCode });
    return exitCode;
  }
  const manifest = await projectManifest(config);
  const selected = await selection(select, manifest, args, context);
  if (selected.size === 0) {
    output.line('Nothing is selected: no test runs.');
    output.data({ files: [], untested: [], exitCode: 0 });
    return 0;
  }
  const testFiles = testFilesIn(config.root);
  const computations = manifest.computations.filter(({ name }) => selected.has(name));
  const reached = testsReaching(new ModuleGraph(config.root), testFiles, computations);
  tell(reached, testFiles, output);
  const asked = npmArguments(scripts, reached.files, args.positionals, { root: config.root, testFiles });
  const exitCode = await runNpm(asked, { cwd: config.root, env });
  output.data({ ...reached, exitCode });
  return exitCode;
}

/** Only what has changed needs a look at the state. */
async function selection(
  select: string,
  manifest: Manifest,
  args: Arguments,
  context: Context,
): Promise<ReadonlySet<string>> {
  const selected = selectComputations(manifest, select, { changed: new Set() });
  if (!select.includes('state:')) return selected;
  const days = readDays(args, context);
  return new Set(await look(context.config, manifest, (ports) => selectedFor(select, days, ports)));
}

/** @throws {UserError} NOT_FOUND when no test would run */
function tell({ files, untested }: Reached, testFiles: readonly string[], output: Context['output']): void {
  const names = untested.join(', ');
  if (files.length === 0)
    throw new UserError(
      'NOT_FOUND',
      `No test reaches ${names}: ${counted(testFiles.length, 'test file')} (${TEST_FILES}) looked at, by what they import. Import it in one, and call runDay of daymill/testing on days of your own.`,
    );
  output.line(`${files.length} of ${counted(testFiles.length, 'test file')}: ${files.join(', ')}`);
  if (untested.length > 0) output.line(`No test reaches ${names}.`);
}

type Scripts = NonNullable<PackageFile['scripts']> & { readonly test: string };

/** @throws {UserError} MISSING_FILE or BAD_ARGUMENT when npm would have nothing to run */
function scriptsOf(root: string): Scripts {
  const file = join(root, 'package.json');
  if (!existsSync(file))
    throw new UserError('MISSING_FILE', `There is no ${file}, whose "test" script would run. daymill init makes one.`);
  const { scripts = {} } = JSON.parse(readFileSync(file, 'utf8')) as PackageFile;
  const { test } = scripts;
  // What `npm init` puts for want of tests only says so.
  if (test !== undefined && !test.includes('no test specified')) return { ...scripts, test };
  throw new UserError(
    'BAD_ARGUMENT',
    `${file} has no "test" script, so there is nothing to run. Add one, for example: npm pkg set scripts.test="node --test test/*.test.ts"`,
  );
}

/**
 * `npm test -- FILES`, as long as the script names no files of its own: they would run, too. Such a script runs with other files in
 * their place, and with what npm runs before and after it.
 */
function npmArguments(
  { pretest, test, posttest }: Scripts,
  files: readonly string[],
  args: readonly string[],
  project: Parameters<typeof narrowScript>[2],
): string[] {
  const narrowed = narrowScript(test, files, project);
  if (narrowed === undefined) return ['test', '--', ...files, ...args];
  const whole = [narrowed, ...args.map(shellWord)].join(' ');
  return ['exec', '--call', [pretest, whole, posttest].filter((script) => script !== undefined).join(' && ')];
}
