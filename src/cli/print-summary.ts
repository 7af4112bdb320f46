/** What a run did, for people: what ran, what needs a person, and the verdict last. Its last line of --json is for programs. */
import type { RunDetails, RunSummary, summarize } from '../mill/answers/run-summary.ts';
import { counted } from './counted.ts';
import { alike, describePartial } from './describe-partial.ts';
import { describeDistrust } from './describe-distrust.ts';
import { describeReasons } from './describe-reasons.ts';
import { countsInWords, paintOutcome } from './outcome-words.ts';
import type { Output } from './output.ts';
import { paint } from './paint.ts';
import type { Column } from './table.ts';
import { duration, money } from './units.ts';

/** `beside`: what else programs read in the last line. */
export function printSummary(
  { summary, details }: Awaited<ReturnType<typeof summarize>>,
  output: Output,
  beside: Readonly<Record<string, unknown>> = {},
): void {
  printRan(details, output);
  printTrouble(summary, details, output);
  output.line();
  output.line(describeVerdict(summary));
  output.data({ ...summary, ...beside });
}

const COLUMNS: readonly Column[] = [
  { title: 'pass', align: 'right', yields: 1 },
  { title: 'computation' },
  { title: 'ran', align: 'right', mayBeEmpty: true, paint: (cell) => paintOutcome('ran', cell) },
  { title: 'failed', align: 'right', mayBeEmpty: true, paint: (cell) => paintOutcome('failed', cell) },
  { title: 'found', wraps: true, mayBeEmpty: true },
];

/** The computations of which something ran. */
function printRan({ computations }: RunDetails, output: Output): void {
  const ran = computations.filter(({ completed, failed }) => completed + failed > 0);
  if (ran.length === 0) return;
  const count = (cells: number): string => (cells === 0 ? '' : String(cells));
  const rows = ran.map(({ pass, computation, completed, failed, found }) => [
    String(pass),
    computation,
    count(completed),
    count(failed),
    found ?? '',
  ]);
  output.line();
  output.table(COLUMNS, rows);
}

function printTrouble(
  { partial = [], distrusted = [], trouble }: RunSummary,
  details: RunDetails,
  output: Output,
): void {
  const { computations, others, behind } = details;
  if (others.length > 0) output.line();
  for (const line of describeReasons(others)) output.line(line);
  for (const { computation, failed: count, failures } of computations) {
    const shown = failures.slice(0, MAX_FAILURES_SHOWN);
    for (const { date: day, code, message, days } of shown)
      output.trouble(`${paintOutcome('failed')}  ${computation}@${day}: ${code}: ${message}${alike(days, 'day')}`);
    const more = count - shown.reduce((sum, { days }) => sum + days, 0);
    if (more > 0) output.trouble(`${paintOutcome('failed')}  ${computation}: ${counted(more, 'more day')}`);
  }
  for (const one of partial) output.trouble(describePartial(one));
  for (const { computation, text } of distrusted) output.line(describeDistrust(computation, text));
  if (behind.length > 0)
    output.line(
      `${behind.join(', ')}: days wait for computations that are not selected. Select those too: --select "${behind.map((name) => `+${name}`).join(' ')}".`,
    );
  if (trouble !== undefined) output.trouble(trouble);
}

/** Whether something of it failed, or lacks more entities than the project lets it. */
export const hasFailed = ({ failed, cells, partial = [], trouble }: RunSummary): boolean =>
  failed > 0 || partial.some(({ above }) => above > 0) || cells.FAILED_DEPENDENCY > 0 || trouble !== undefined;

/** Distinct errors of one computation. */
const MAX_FAILURES_SHOWN = 3;

/** `Done. 2001-01-31: 550 cells ran, 70 impossible; 11 s, $0.0021 (1974 reads, 1426 writes)`. */
function describeVerdict(summary: RunSummary): string {
  const { date, cells, completed, failed, failedEntities, seconds, firestore, dollars, trouble } = summary;
  const notRun = cells.RUN + cells.RERUN - completed - failed;
  const parts = [
    ...(completed > 0 ? [paintOutcome('ran', `${counted(completed, 'cell')} ran`)] : []),
    ...(failed > 0 ? [paintOutcome('failed', `${failed} failed`)] : []),
    ...(failedEntities > 0 ? [paint.warn(`${counted(failedEntities, 'entity')} left out`)] : []),
    ...(notRun > 0 ? [`${notRun} not run`] : []),
    ...countsInWords(cells, ['FAILED_DEPENDENCY', 'BLOCKED', 'SKIP', 'STABLE', 'IMPOSSIBLE']),
  ];
  const documents =
    firestore === null
      ? ''
      : ` (${counted(firestore.reads, 'read')}, ${counted(firestore.writes, 'write')}${firestore.deletes === 0 ? '' : `, ${counted(firestore.deletes, 'delete')}`})`;
  const word =
    trouble !== undefined
      ? paint.bad('Stopped.')
      : hasFailed(summary)
        ? paint.bad('Failed.')
        : paint.strong(paint.good(completed > 0 ? 'Done.' : 'Nothing ran.'));
  return `${word} ${date}: ${parts.join(', ') || 'nothing to run'}; ${duration(seconds * 1_000)}, ${money(dollars)}${documents}`;
}
