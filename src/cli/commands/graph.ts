/** `daymill graph`: the graph of computations and datasets, for other tools to draw. */
import { GraphAnswer, graphAnswer } from '../../mill/answers/graph.ts';
import { GRAPH_FORMATS, renderGraph } from '../../mill/manifest/render-graph.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { changedComputations } from '../../mill/answers/changed-computations.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { readDays } from '../days.ts';
import { jsonUsage } from '../describe-schema.ts';
import { projectManifest } from '../project.ts';

export const graph: Command = {
  name: 'graph',
  usage: `daymill graph [--format ${GRAPH_FORMATS.join('|')}] [--select EXPR]

Writes the graph to standard output: datasets, computations by category, and who reads whom. Dashed arrows read earlier days only.
  --format   ${GRAPH_FORMATS.join(', ')} (default mermaid)
  --select   these computations only, for example +regime or state:changed+; see daymill plan --help
${jsonUsage('  --json     ', GraphAnswer)}
Exit code: 0 done, 2 wrong use.`,
  options: { format: { type: 'string' }, select: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const manifest = await projectManifest(config);
  const select = text(args, 'select') ?? '*';
  const answer = await graphAnswer({ select }, { manifest, changed: () => changedNow(manifest, args, context) });
  output.verbatim(renderGraph(answer, text(args, 'format') ?? 'mermaid').trimEnd());
  output.data(answer);
  return 0;
}

/** Since the last run, by the state that it left. */
async function changedNow(manifest: Manifest, args: Arguments, context: Context): Promise<ReadonlySet<string>> {
  const days = readDays(args, context);
  // The rest of the command needs no state, and half of its time would go to load what reads it.
  const [{ foresee }, { look }] = await Promise.all([import('../../mill/answers/foresee.ts'), import('../look.ts')]);
  return look(context.config, manifest, async (ports) => changedComputations((await foresee(days, ports)).plan));
}
