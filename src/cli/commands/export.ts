/** `daymill export`: results, events and samples as files that other programs read. */
import { z } from 'zod';
import { composeMeter } from '../../compose-meter.ts';
import { UserError } from '../../errors.ts';
import { type ExportKind, exportTable, MAX_EXPORT_DAYS } from '../../meter/answers/export/export.ts';
import { EVENT_KINDS } from '../../meter/model/event.ts';
import { NAME_LABEL } from '../../meter/model/series.ts';
import { parse } from '../../meter/promql/parse/parse.ts';
import type { Matcher } from '../../meter/promql/selection.ts';
import { resultTable } from '../../mill/answers/result-table.ts';
import { writeTable } from '../../tables/formats.ts';
import type { Table } from '../../tables/table.ts';
import { Day, daysFrom } from '../../values/date.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { type ExportTarget, readTarget } from '../export-target.ts';
import { findComputation } from '../find-computation.ts';
import { connectCloud } from '../local/connect.ts';
import { look } from '../look.ts';
import { projectManifest } from '../project.ts';
import { readOrganization } from '../read-organization.ts';

const KINDS = ['results', 'samples', ...EVENT_KINDS] as const;
const Answer = z.object({ files: z.array(z.string()) });

export const exportCommand: Command = {
  name: 'export',
  usage: `daymill export results COMPUTATION --from DAY [--to DAY] --out PLACE
       daymill export samples|${EVENT_KINDS.join('|')} --org ORGANIZATION --from DAY [--to DAY] --out PLACE [--match SELECTOR]

Writes rows for other programs, of any size, in little memory.
  --out      a file (.parquet, .csv, .ndjson), or a folder, or gs://bucket/prefix: then day=2026-01-31/part-0.parquet and so on,
             which BigQuery and DuckDB read where they lie
  --format   parquet, csv or json, where the name does not say it (default parquet)
  --match    of samples, a series selector of PromQL: 'http_requests_total{job="api"}'
${jsonUsage('  --json     ', Answer, '')}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['WHAT'],
  optional: ['COMPUTATION'],
  options: {
    org: { type: 'string' },
    from: { type: 'string' },
    to: { type: 'string' },
    out: { type: 'string' },
    format: { type: 'string' },
    match: { type: 'string' },
  },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const [what = '', name] = args.positionals;
  const kind = KINDS.find((one) => one === what);
  if (kind === undefined)
    throw new UserError('BAD_ARGUMENT', `There is no "${what}" to export: there are ${KINDS.join(', ')}.`);
  const days = daysOf(args);
  const out = text(args, 'out');
  if (out === undefined) throw new UserError('BAD_ARGUMENT', 'Where to? Say --out FILE, FOLDER or gs://bucket/prefix.');
  const target = readTarget(out, text(args, 'format'), { cwd: context.cwd, projectId: context.config.projectId });
  const files =
    kind === 'results'
      ? await exportResults(name, days, target, context)
      : await exportCollected(kind, args, days, target, context);
  for (const file of files) context.output.line(file);
  context.output.data({ files });
  return 0;
}

/** @throws {UserError} BAD_DATE, BAD_ARGUMENT */
function daysOf(args: Arguments): readonly Day[] {
  const from = text(args, 'from');
  if (from === undefined) throw new UserError('BAD_ARGUMENT', 'Since when? Say --from DAY.');
  const to = text(args, 'to') ?? from;
  for (const day of [from, to])
    if (!Day.safeParse(day).success) throw new UserError('BAD_DATE', `"${day}" is not a day. Write it as 2024-01-05.`);
  const days = to < from ? [] : daysFrom(from, to);
  if (days.length === 0 || days.length > MAX_EXPORT_DAYS)
    throw new UserError('BAD_ARGUMENT', `From ${from} to ${to} are no days, or more than ${MAX_EXPORT_DAYS}.`);
  return days;
}

async function written(
  days: readonly Day[],
  target: ExportTarget,
  tableOf: (days: readonly Day[]) => Table,
): Promise<string[]> {
  if (target.isOneFile) return [await target.write(writeTable(tableOf(days), target.format))];
  const files: string[] = [];
  for (const day of days) files.push(await target.write(writeTable(tableOf([day]), target.format), day));
  return files;
}

async function exportResults(
  name: string | undefined,
  days: readonly Day[],
  target: ExportTarget,
  { config }: Context,
): Promise<string[]> {
  const manifest = await projectManifest(config);
  const entry = findComputation(manifest, name ?? '');
  return look(config, manifest, async (ports) => {
    const { output } = await ports.definitions.computation(entry);
    return written(days, target, (own) => resultTable(entry, output, own, ports));
  });
}

async function exportCollected(
  kind: ExportKind,
  args: Arguments,
  days: readonly Day[],
  target: ExportTarget,
  { config }: Context,
): Promise<string[]> {
  const organization = readOrganization(args);
  const matchers = matchersOf(text(args, 'match'));
  const cloud = await connectCloud(config, { datasets: [] });
  try {
    Object.assign(process.env, cloud.env);
    const ports = composeMeter(config);
    try {
      return await written(days, target, (own) =>
        exportTable(
          { organization, kind, from: own[0] ?? '', to: own.at(-1) ?? '', matchers, seesPeople: true },
          ports,
        ),
      );
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}

/** @throws {UserError} BAD_ARGUMENT */
function matchersOf(selector: string | undefined): readonly Matcher[] {
  if (selector === undefined) return [{ name: NAME_LABEL, operator: '=~', value: '.*' }];
  try {
    const expr = parse(selector);
    if (expr.kind === 'vector') return expr.matchers;
  } catch (thrown) {
    throw new UserError('BAD_ARGUMENT', `--match: ${(thrown as Error).message}`, { cause: thrown });
  }
  throw new UserError('BAD_ARGUMENT', `--match takes a series selector as up{job="a"}, and ${selector} is none.`);
}
