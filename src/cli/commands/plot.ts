/** `daymill plot`: a metric over time, as a picture or in the terminal. */
import { UserError } from '../../errors.ts';
import { addDays, type Day, dayOf } from '../../values/date.ts';
import { assertTarget, yesterday } from '../../mill/steps/dispatch/target.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { linePicture } from '../pictures/line-picture.ts';
import { lineNames, MOST_LINES, MOST_PANELS, panelsOf, PlotAnswer } from '../pictures/plot.ts';
import { textPlot } from '../pictures/text-plot.ts';
import { plotQuery, plotResult, resultNamed } from '../plot-data.ts';
import { projectManifest } from '../project.ts';
import { readOrganization } from '../read-organization.ts';
import { writePicture } from '../write-picture.ts';

/** Days of a computation's results, and of samples, unless told. */
const DEFAULT_RESULT_DAYS = 90;
const DAY_MS = 86_400_000;

/** Letters; a terminal says how wide it is. */
const [TEXT_COLUMNS, TEXT_ROWS, PANEL_ROWS] = [80, 16, 6];

export const plot: Command = {
  name: 'plot',
  usage: `daymill plot COMPUTATION[.MEMBER] [--from DAY] [--to DAY] [--entity ID,…]
       daymill plot EXPRESSION --org ORGANIZATION [--from DAY] [--to DAY]
       … [--by LABEL] [--svg FILE]

Plots the numbers of a computation's results, day by day, or what an expression of PromQL comes to over samples. Of more than ${MOST_LINES} lines those
with the greatest last values. A result of several members has a plot each, ${MOST_PANELS} at most. In the terminal as text; a gap in the data is one in the line.
  --from    the first day (default: ${DEFAULT_RESULT_DAYS} days before the last, or the project's from; of samples the last 24 hours)
  --to      the last day (default: daymill.config.ts's date, else yesterday; of samples until now)
  --entity  of a result by entity these alone
  --org     whose samples
  --by      the label that names lines: member, entity, or one of PromQL's (default: those in which lines differ)
  --svg     a picture into a file that needs nothing beside it; - for standard output
${jsonUsage('  --json    ', PlotAnswer)}
Exit code: 0 done, 1 there is nothing to plot, 2 wrong use.`,
  positionals: ['METRIC'],
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    entity: { type: 'string' },
    org: { type: 'string' },
    by: { type: 'string' },
    svg: { type: 'string' },
  },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { output } = context;
  const answer = await (text(args, 'org') === undefined ? ofResult(args, context) : ofSamples(args, context));
  const svg = text(args, 'svg');
  const by = text(args, 'by');
  if (by !== undefined) assertLabel(by, answer);
  if (svg === undefined) print(answer, by, output);
  else writePicture(linePicture(answer, by), svg, context);
  output.data(answer);
  return answer.series.length === 0 ? 1 : 0;
}

async function ofResult(args: Arguments, { config, now }: Context): Promise<PlotAnswer> {
  const [metric = ''] = args.positionals;
  const manifest = await projectManifest(config);
  const named = resultNamed(manifest, metric);
  if (named === undefined)
    throw new UserError(
      'UNKNOWN_COMPUTATION',
      `There is no computation "${metric}". To plot an expression of PromQL say whose samples: --org ORGANIZATION.`,
    );
  const to = text(args, 'to') ?? config.date ?? yesterday(now());
  assertTarget(to, now());
  const from = text(args, 'from') ?? config.from ?? addDays(to, 1 - DEFAULT_RESULT_DAYS);
  assertTarget(from, now());
  if (from > to) throw wrongOrder(from, to);
  const entity = text(args, 'entity');
  const entities = entity === undefined ? undefined : new Set(entity.split(','));
  if (entities !== undefined && !named.computation.keyed)
    throw new UserError('BAD_ARGUMENT', `--entity: the results of ${named.computation.name} are not by entity.`);
  return look(config, manifest, (ports) => plotResult({ ...named, entities, from, to }, ports));
}

async function ofSamples(args: Arguments, context: Context): Promise<PlotAnswer> {
  const [query = ''] = args.positionals;
  const [from, to] = [dayIn(args, 'from'), dayIn(args, 'to')];
  const nowMs = context.now();
  const toMs = to === undefined ? nowMs : Math.min(nowMs, Date.parse(to) + DAY_MS);
  const fromMs = from === undefined ? toMs - DAY_MS : Date.parse(from);
  if (fromMs >= toMs) throw wrongOrder(dayOf(fromMs), to ?? dayOf(nowMs));
  return plotQuery({ query, organization: readOrganization(args), fromMs, toMs }, context);
}

/** @throws {UserError} BAD_DATE */
function dayIn(args: Arguments, name: 'from' | 'to'): Day | undefined {
  const day = text(args, name);
  if (day === undefined || Number.isFinite(Date.parse(`${day}T00:00:00Z`))) return day;
  throw new UserError('BAD_DATE', `--${name}: "${day}" is not a day. Write it as 2024-01-05.`);
}

const wrongOrder = (from: Day, to: Day): UserError =>
  new UserError('BAD_DATE', `${to} is before ${from}, or not later. Choose a later --to, or an earlier --from.`);

/** @throws {UserError} BAD_ARGUMENT for a label that no line has */
function assertLabel(by: string, { series }: PlotAnswer): void {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))].sort();
  if (series.length > 0 && !names.includes(by))
    throw new UserError('BAD_ARGUMENT', `--by: no line has the label "${by}": there are ${names.join(', ')}.`);
}

/** Six digits that matter. */
const figure = (value: number): string => String(Number(value.toPrecision(6)));

function print(answer: PlotAnswer, by: string | undefined, output: Output): void {
  const { metric, unit, series, left } = answer;
  if (series.length === 0) {
    output.line(`There is nothing of ${metric} in this time.`);
    return;
  }
  output.line(`${metric}${unit === '' ? '' : ` (${unit})`}`);
  const panels = panelsOf(answer);
  const rows = panels.length === 1 ? TEXT_ROWS : PANEL_ROWS;
  for (const panel of panels) {
    if (panels.length > 1) output.line(panel.metric);
    output.verbatim(textPlot(panel, { columns: TEXT_COLUMNS, rows }).join('\n'));
  }
  const names = lineNames(answer, by);
  const right = (title: string) => ({ title, align: 'right' as const });
  const figures = series.map(({ points }, index) => {
    const values = points.map(([, value]) => value);
    const least = values.reduce((one, other) => Math.min(one, other), Infinity);
    const most = values.reduce((one, other) => Math.max(one, other), -Infinity);
    const three = [values.at(-1) ?? NaN, least, most].map(figure);
    return [[names[index] ?? ''], three, [String(values.length)]].flat();
  });
  output.table([{ title: 'line' }, right('last'), right('least'), right('most'), right('points')], figures);
  if (left > 0) output.line(`${left} more lines have smaller last values: name fewer of them to see those.`);
}
