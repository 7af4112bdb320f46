/** `daymill graph`: the graph of computations and datasets, for other tools to draw. */
import { graphOf } from '../../mill/manifest/graph.ts';
import { GRAPH_FORMATS, renderGraph } from '../../mill/manifest/render-graph.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { changedComputations } from '../../mill/answers/changed-computations.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { readDays } from '../days.ts';
import { projectManifest } from '../project.ts';

export const graph: Command = {
  name: 'graph',
  usage: `daymill graph [--format ${GRAPH_FORMATS.join('|')}] [--select EXPR]

Writes the graph to standard output: datasets, computations by category, and who reads whom. Dashed arrows read earlier days only.
  --format   ${GRAPH_FORMATS.join(', ')} (default mermaid)
  --select   these computations only, for example +regime or state:changed+; see daymill plan --help
  --json     {"nodes": [{"id", "kind", "name", "category", "pass"}], "edges": [{"from", "to", "kind"}]}
Exit code: 0 done, 2 wrong use.`,
  options: { format: { type: 'string' }, select: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const manifest = await projectManifest(config);
  const expression = text(args, 'select') ?? '*';
  const picture = graphOf(manifest, await select(expression, manifest, args, context));
  output.line(renderGraph(picture, text(args, 'format') ?? 'mermaid').trimEnd());
  output.data(picture);
  return 0;
}

/** Only what has changed since the last run needs the state that the last run left. */
async function select(
  expression: string,
  manifest: Manifest,
  args: Arguments,
  context: Context,
): Promise<ReadonlySet<string>> {
  if (!expression.includes('state:')) return selectComputations(manifest, expression);
  selectComputations(manifest, expression, { changed: new Set() });
  const days = readDays(args, context);
  // The rest of the command needs no state, and half of its time would go to load what reads it.
  const [{ foresee }, { look }] = await Promise.all([import('../../mill/answers/foresee.ts'), import('../look.ts')]);
  return look(context.config, manifest, async (ports) => {
    const { plan } = await foresee(days, ports);
    return selectComputations(manifest, expression, { changed: changedComputations(plan) });
  });
}
