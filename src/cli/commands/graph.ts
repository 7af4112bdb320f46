/** `daymill graph`: the graph of computations and datasets, for other tools to draw. */
import { graphOf } from '../../manifest/graph.ts';
import { GRAPH_FORMATS, renderGraph } from '../../manifest/render-graph.ts';
import { selectComputations } from '../../manifest/select.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { projectManifest } from '../project.ts';

export const graph: Command = {
  name: 'graph',
  usage: `daymill graph [--format ${GRAPH_FORMATS.join('|')}] [--select EXPR]

Writes the graph to standard output: datasets, computations by category, and who reads whom. Dashed arrows read earlier days only.
  --format   ${GRAPH_FORMATS.join(', ')} (default mermaid)
  --select   these computations only, for example +regime; see daymill plan --help
  --json     {"nodes": [{"id", "kind", "name", "category", "pass"}], "edges": [{"from", "to", "kind"}]}
Exit code: 0 done, 2 wrong use.`,
  options: { format: { type: 'string' }, select: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const manifest = await projectManifest(config);
  const picture = graphOf(manifest, selectComputations(manifest, text(args, 'select') ?? '*'));
  output.line(renderGraph(picture, text(args, 'format') ?? 'mermaid').trimEnd());
  output.data(picture);
  return 0;
}
