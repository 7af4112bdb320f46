/** What a plot shows: a computation's numbers over days, or what PromQL answers over samples. */
import { composeMeter } from '../compose-meter.ts';
import { UserError } from '../errors.ts';
import { answerQuery } from '../meter/answers/query/query.ts';
import type { Organization } from '../meter/model/organization.ts';
import { NAME_LABEL } from '../meter/model/series.ts';
import { parse } from '../meter/promql/parse/parse.ts';
import { QueryError } from '../meter/promql/query-error.ts';
import { resultTable } from '../mill/answers/result-table.ts';
import type { Manifest, ManifestComputation } from '../mill/model/manifest.ts';
import { rowsIn } from '../tables/table.ts';
import { type Day, daysFrom } from '../values/date.ts';
import type { Context } from './command.ts';
import { connectCloud } from './local/connect.ts';
import { foremost, ofMembers, type PlotAnswer, type PlotSeries } from './pictures/plot.ts';
import type { CommandPorts } from './with-ports.ts';

export interface ResultPlot {
  readonly computation: ManifestComputation;
  /** Undefined: every member that is a number. */
  readonly member: string | undefined;
  /** Of a result by entity; undefined: all. */
  readonly entities: ReadonlySet<string> | undefined;
  readonly from: Day;
  readonly to: Day;
}

/** `rsi-14`, or `worst-routes.delay`; undefined for what names no computation, and may be PromQL. */
export function resultNamed(
  manifest: Manifest,
  metric: string,
): Pick<ResultPlot, 'computation' | 'member'> | undefined {
  const at = metric.indexOf('.');
  const [name, member] = at < 0 ? [metric, undefined] : [metric.slice(0, at), metric.slice(at + 1)];
  const computation = manifest.computations.find((one) => one.name === name);
  return computation === undefined ? undefined : { computation, member };
}

/** @throws {UserError} BAD_ARGUMENT for a result without such a number */
export async function plotResult(asked: ResultPlot, ports: CommandPorts): Promise<PlotAnswer> {
  const { computation, member, entities, from, to } = asked;
  const { output } = await ports.definitions.computation(computation);
  const { columns, batches } = resultTable(computation, output, daysFrom(from, to), ports);
  const own = computation.keyed ? 2 : 1;
  const members = columns.slice(own).map(({ name }, index) => ({ name, at: own + index }));
  if (member !== undefined && !members.some(({ name }) => name === member))
    throw noMember(computation, member, members);
  const wanted = members.filter(({ name }) => member === undefined || name === member);
  const lines = new Map<string, PlotSeries>();
  for await (const batch of batches)
    for (let row = 0; row < rowsIn(batch); row++) {
      const entity = computation.keyed ? String(batch[1]?.[row]) : undefined;
      if (entity !== undefined && entities?.has(entity) === false) continue;
      for (const { name, at } of wanted) {
        const value = batch[at]?.[row];
        if (typeof value !== 'number') continue;
        const key = `${name}\u0000${entity ?? ''}`;
        const labels: PlotSeries['labels'] = { member: name, ...(entity === undefined ? {} : { entity }) };
        const line: PlotSeries = lines.get(key) ?? { labels, points: [] };
        lines.set(key, line);
        line.points.push([Date.parse(String(batch[0]?.[row])), value]);
      }
    }
  return {
    metric: member === undefined ? computation.name : `${computation.name}.${member}`,
    unit: '',
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    ...ofMembers([...lines.values()]),
  };
}

const noMember = (
  { name }: ManifestComputation,
  member: string,
  members: readonly { readonly name: string }[],
): UserError =>
  new UserError(
    'BAD_ARGUMENT',
    `The results of ${name} have no member "${member}": they have ${members.map((one) => one.name).join(', ')}.`,
  );

export interface QueryPlot {
  readonly query: string;
  readonly organization: Organization;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Points of a line: as many as a picture has pixels for. */
const POINTS = 600;
const LEAST_STEP_MS = 15_000;
const LOOKBACK_MS = 300_000;

/** @throws {UserError} BAD_ARGUMENT for what is no PromQL, or may not be asked */
export async function plotQuery(
  { query, organization, fromMs, toMs }: QueryPlot,
  { config, interrupted }: Pick<Context, 'config' | 'interrupted'>,
): Promise<PlotAnswer> {
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil((toMs - fromMs) / POINTS / 1_000) * 1_000);
  const request = { query, startMs: fromMs, endMs: toMs, stepMs, lookbackMs: Math.max(LOOKBACK_MS, stepMs) };
  const stop = new AbortController();
  const cloud = await connectCloud(config, { datasets: [] });
  try {
    Object.assign(process.env, cloud.env);
    const ports = composeMeter(config);
    try {
      void interrupted().then(() => stop.abort());
      const { result } = await answerQuery(organization, request, ports, stop.signal);
      const series = 'series' in result ? result.series : [];
      const lines = series.map(({ labels, timesMs, values }): PlotSeries => ({
        labels: Object.fromEntries(labels),
        points: Array.from(timesMs, (ms, at): [number, number] => [ms, values[at] ?? NaN]).filter(([, value]) =>
          Number.isFinite(value),
        ),
      }));
      return { metric: query, unit: unitOf(query), fromMs, toMs, ...foremost(lines) };
    } finally {
      await ports.close();
    }
  } catch (thrown) {
    if (thrown instanceof QueryError)
      throw new UserError('BAD_ARGUMENT', `${query}: ${thrown.message}`, { cause: thrown });
    throw thrown;
  } finally {
    await cloud.close();
  }
}

/** Names end with their unit: https://prometheus.io/docs/practices/naming/#base-units */
const UNITS = ['seconds', 'bytes', 'celsius', 'meters', 'volts', 'amperes', 'joules', 'grams', 'ratio', 'percent'];

/** Of a plain selector alone: what functions make of it has another. */
function unitOf(query: string): string {
  const expr = parse(query);
  if (expr.kind !== 'vector') return '';
  const name = expr.matchers.find((one) => one.name === NAME_LABEL && one.operator === '=')?.value ?? '';
  return UNITS.find((unit) => name.endsWith(`_${unit}`)) ?? '';
}
