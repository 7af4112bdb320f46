/** `daymill report`: how the cells of each day stand, and whether they add up. */
import { basename } from 'node:path';
import { UserError } from '../../errors.ts';
import { ReportAnswer, reportAnswer, type ReportAsked } from '../../mill/answers/report.ts';
import { selectedFor } from '../../mill/answers/selected-for.ts';
import { selectComputations } from '../../mill/manifest/select.ts';
import { type AuditReport, type DayStands, type GridReport, type Stand, STANDS } from '../../mill/planning/report.ts';
import { addDays, type Day } from '../../values/date.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { assertAfterFirstData, readDays } from '../days.ts';
import { describeData } from '../describe-data.ts';
import { describePartial } from '../describe-partial.ts';
import { describeDistrust } from '../describe-distrust.ts';
import { type AlikeDays, foldWeekends, spanOf } from '../describe-stretches.ts';
import { jsonUsage } from '../describe-schema.ts';
import { look } from '../look.ts';
import { OUTCOME_WORDS, paintOutcome } from '../outcome-words.ts';
import type { Output } from '../output.ts';
import { projectManifest, projectSources } from '../project.ts';
import type { Column } from '../table.ts';
import type { CommandPorts } from '../with-ports.ts';
import { writePicture } from '../write-picture.ts';

const DEFAULT_DAYS = 30;

export const report: Command = {
  name: 'report',
  usage: `daymill report [--days N] [--date DAY] [--from DAY] [--select EXPR] [--svg FILE]

Says for each of the last days up to DAY how many of its cells are up to date and how many are not, and that they add up.
Changes nothing and runs nothing.
  --days     how many days (default ${DEFAULT_DAYS}; 0 for the whole grid)
  --date     the last day, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from     the first day of the grid (default: daymill.config.ts's from, else the first of the days shown)
  --select   these computations only; see daymill plan --help
  --svg      in place of the table a picture of the grid, computations by days, into a file; - for standard output
${jsonUsage('  --json     ', ReportAnswer)}
"conditional" is of "rerun": if what it reads turns out different. "cutOff" is of "upToDate": what it reads ran again with the
same result. "skipped": cells at rest on the whole grid. "audits" is only there when such were made again in shadow: how many, how
many of them gave another result, since when, and the share that is wrong at most with a confidence of 95 %.
Exit code: 0 done, 1 the counts do not add up, 2 wrong use.`,
  options: {
    days: { type: 'string' },
    date: { type: 'string' },
    from: { type: 'string' },
    select: { type: 'string' },
    svg: { type: 'string' },
  },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const days = readLength(text(args, 'days'));
  const asked = readDays(args, context);
  const first = addDays(asked.date, 1 - Math.min(days, MAX_DAYS));
  const isGridSet = text(args, 'from') !== undefined || config.from !== undefined;
  const grid = { date: asked.date, from: isGridSet ? asked.from : first };
  const from: Day = first > grid.from ? first : grid.from;
  const manifest = await projectManifest(config);
  const select = text(args, 'select') ?? '*';
  selectComputations(manifest, select, { changed: new Set() });
  assertAfterFirstData(grid.date, await projectSources(config, manifest));
  const svg = text(args, 'svg');
  const { answer, picture } = await look(config, manifest, async (ports) => ({
    answer: await reportAnswer({ grid, from, select }, ports),
    ...(svg === undefined ? {} : { picture: await draw({ grid, from, select }, ports) }),
  }));
  if (svg === undefined || picture === undefined) printReport(answer, output);
  else writePicture(picture, svg, context);
  output.data(answer);
  return answer.discrepancies.length === 0 && answer.counted === answer.expected ? 0 : 1;
}

/** Loaded when it is asked for: most reports are tables. */
async function draw({ grid, from, select }: ReportAsked, ports: CommandPorts): Promise<string> {
  const [{ reportPicture }, { gridAnswer }] = await Promise.all([
    import('../pictures/report-picture.ts'),
    import('../../mill/answers/grid.ts'),
  ]);
  const [selected, whole] = await Promise.all([selectedFor(select, grid, ports), gridAnswer(grid, ports)]);
  return reportPicture({
    grid: whole,
    from,
    ...(selected === undefined ? {} : { only: new Set(selected) }),
    project: basename(ports.root),
  });
}

/** Longer than any history. */
const MAX_DAYS = 100_000;

/** @throws {UserError} BAD_ARGUMENT */
function readLength(typed: string | undefined): number {
  if (typed === undefined) return DEFAULT_DAYS;
  if (!/^\d+$/.test(typed)) throw new UserError('BAD_ARGUMENT', `--days takes a number, and "${typed}" is none.`);
  return Number(typed) === 0 ? MAX_DAYS : Number(typed);
}

const TITLES: Readonly<Record<Stand, string>> = {
  run: OUTCOME_WORDS.RUN,
  rerun: OUTCOME_WORDS.RERUN,
  failed: 'failed',
  upstreamFailed: OUTCOME_WORDS.FAILED_DEPENDENCY,
  blocked: OUTCOME_WORDS.BLOCKED,
  impossible: OUTCOME_WORDS.IMPOSSIBLE,
  stable: OUTCOME_WORDS.STABLE,
  upToDate: OUTCOME_WORDS.SKIP,
};

function printReport(answer: ReportAnswer, output: Output): void {
  for (const line of describeData(answer)) output.line(line);
  const right = (title: string) => ({ title, align: 'right' as const });
  const stands = STANDS.filter((stand) => stand === 'upToDate' || answer.days.some((day) => day[stand] > 0));
  const columns: Column[] = [
    { title: 'date', wraps: true },
    ...stands.map((stand) => ({ ...right(TITLES[stand]), paint: (cell: string) => paintOutcome(TITLES[stand], cell) })),
    { ...right('in all'), yields: 1 },
  ];
  const isAlike = (one: DayStands, other: DayStands): boolean => countsOf(one) === countsOf(other);
  const rows = foldWeekends(answer.days, isAlike).map((days) => rowOf(days, stands));
  output.table(columns, rows);
  output.line();
  const total = (of: (day: DayStands) => number): number => answer.days.reduce((sum, day) => sum + of(day), 0);
  const conditional = total((day) => day.conditional);
  if (conditional > 0) output.line(`? ${counted(conditional, 'cell')} only if what they read turns out different.`);
  const cutOff = total((day) => day.cutOff);
  if (cutOff > 0)
    output.line(`Early cutoff spared ${counted(cutOff, 'cell')}: what they read ran again with the same result.`);
  if (answer.audits !== undefined) output.line(describeAudits(answer.audits, answer.skipped));
  for (const one of answer.partial) output.line(describePartial(one));
  for (const { dataset, days } of answer.waiting)
    output.line(`${dataset} is there and not whole, so that it stays closed, on ${daysOf(days)}`);
  for (const { computation, text: seen } of answer.distrusted) output.line(describeDistrust(computation, seen));
  sayWhetherItAddsUp(answer, output);
}

/** Of all skips, and how sure that is: few that were looked at say little, also when none was wrong. */
function describeAudits({ checked, wrong, since, atMost }: AuditReport, skipped: number): string {
  const percent = (share: number): string => `${Number((share * 100).toPrecision(2))} %`;
  const from = since === undefined ? '' : ` since ${since}`;
  const rate = checked === 0 ? '' : ` (${percent(wrong / checked)}; at most ${percent(atMost)}, with 95 % confidence)`;
  return `Skips: ${counted(skipped, 'cell')} now; ${checked} made again in shadow${from}, ${wrong === 0 ? 'none' : wrong} wrong${rate}.`;
}

function sayWhetherItAddsUp({ days, expected, counted: found, discrepancies }: GridReport, output: Output): void {
  const span = counted(days.length, 'day');
  if (discrepancies.length === 0 && found === expected) {
    output.line(`${counted(expected, 'cell')} on ${span}: each is counted once.`);
    return;
  }
  output.trouble(`${expected} cells are expected on ${span}, and ${found} were counted. This is a bug in Daymill.`);
  for (const { computation, missing, twice } of discrepancies) {
    if (missing.length > 0) output.trouble(`${computation} is missing on ${daysOf(missing)}`);
    if (twice.length > 0) output.trouble(`${computation} is counted twice on ${daysOf(twice)}`);
  }
}

const daysOf = (days: readonly Day[]): string =>
  days.length < 2 ? String(days[0]) : `${days[0]} … ${days.at(-1)} (${days.length} days)`;

const countsOf = (day: DayStands): string =>
  [...STANDS, 'conditional' as const, 'cutOff' as const].map((name) => day[name]).join(' ');

const rowOf = ({ first, last, week }: AlikeDays<DayStands>, stands: readonly Stand[]): string[] => [
  `${spanOf(first.date, last.date)}${week === '' || first === last ? '' : ` ${week}`}`,
  ...stands.map((stand) => describeCount(first, stand)),
  String(STANDS.reduce((sum, stand) => sum + first[stand], 0)),
];

/** `7+13?`: seven that are certain, thirteen that are not. */
function describeCount(day: DayStands, stand: Stand): string {
  if (day[stand] === 0) return '';
  if (stand !== 'rerun' || day.conditional === 0) return String(day[stand]);
  const certain = day.rerun - day.conditional;
  return `${certain === 0 ? '' : `${certain}+`}${day.conditional}?`;
}
