/** `daymill check`: everything that is wrong with a project's code before it runs, by file and line. */
import { UserError } from '../../errors.ts';
import { buildManifest } from '../../mill/manifest/build-manifest.ts';
import { byPlace, checkSource, type Problem } from '../../mill/manifest/check-source.ts';
import { ModuleGraph } from '../../mill/manifest/module-graph.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import type { Arguments, Command, Context, ExitCode } from '../command.ts';
import { counted } from '../counted.ts';
import { describeDistrust } from '../describe-distrust.ts';
import { assertOwnFunctions } from '../own-functions.ts';
import { projectSources } from '../project.ts';
import { checkTypes } from '../type-check.ts';
import type { Config } from '../../config/config.ts';

export const check: Command = {
  name: 'check',
  usage: `daymill check

Says what is wrong with the project's code, by file and line, without running anything of it for a day: definitions that nothing
exports, schemas of what cannot be stored, needs that nothing meets, cycles, syntax that Node does not run, imports that lead
nowhere, files of rows that are not there, and what the project's own TypeScript says.
  --json   {"problems": [{"file", "line", "message"}], "untrusted": [{"computation", "reason"}], "computations", "datasets",
           "passes", "types"}; "types" is "checked", or why they were not
Exit code: 0 nothing is wrong, 1 something is, 2 wrong use.`,
  options: {},
  run: runCommand,
};

interface Checked {
  readonly problems: readonly Problem[];
  /** Undefined when the project cannot be read. */
  readonly manifest: Manifest | undefined;
}

async function runCommand(_: Arguments, { config, output }: Context): Promise<ExitCode> {
  const [types, { problems: own, manifest }] = await Promise.all([checkTypes(config.root), checkProject(config)]);
  const problems = together(own, 'problems' in types ? types.problems : []);
  for (const { file, line, message } of problems) output.line(`${file}:${line}  ${message}`);
  if (problems.length > 0) output.line();
  const untrusted = (manifest?.computations ?? []).flatMap(({ name, untrusted: reason }) =>
    reason === undefined ? [] : [{ computation: name, reason }],
  );
  for (const { computation, reason } of untrusted) output.line(describeDistrust(computation, reason));
  if (config.inPackage)
    output.line(
      'package.json\'s "daymill" goes on working. Settings have moved: to daymill.config.ts, export default defineConfig({ … }), with types, comments and the environment.',
    );
  const { computations = [], datasets = [], passes = 0 } = manifest ?? {};
  const said = 'skipped' in types ? `types are not checked: ${types.skipped}` : 'types are checked';
  output.line(
    problems.length > 0
      ? `${counted(problems.length, 'problem')}; ${said}.`
      : `Nothing is wrong: ${counted(computations.length, 'computation')} of ${counted(datasets.length, 'dataset')} in ${counted(passes, 'pass')}; ${said}.`,
  );
  output.data({
    problems,
    untrusted,
    computations: computations.length,
    datasets: datasets.length,
    passes,
    types: 'skipped' in types ? types.skipped : 'checked',
  });
  return problems.length === 0 ? 0 : 1;
}

/** Of a line that both complain about, our words: they say what to write. */
function together(own: readonly Problem[], ofTypes: readonly Problem[]): readonly Problem[] {
  const said = new Set(own.map(({ file, line }) => `${file}:${line}`));
  return [...own, ...ofTypes.filter(({ file, line }) => !said.has(`${file}:${line}`))].sort(byPlace);
}

/** What keeps a module from being imported keeps the rest from being seen. */
async function checkProject(config: Config): Promise<Checked> {
  const { root, computations: directory, epoch } = config;
  try {
    const problems = checkSource(new ModuleGraph(root), directory);
    if (problems.length > 0) return { problems, manifest: undefined };
    const manifest = await buildManifest({ root, directory, epoch });
    await projectSources(config, manifest);
    await assertOwnFunctions(config);
    return { problems, manifest };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { problems: [problemOf(thrown, directory[0] ?? '')], manifest: undefined };
  }
}

/** Messages about code begin with `file:line: `; those that do not are about the folder of computations. */
function problemOf({ message }: UserError, directory: string): Problem {
  const [, file, line, text] = /^(\S+?\.[mc]?[jt]s):(\d+): (.*)$/s.exec(message) ?? [];
  return file === undefined || line === undefined
    ? { file: directory, line: 1, message }
    : { file, line: Number(line), message: text ?? message };
}
