/** What a run did, for people; its last line is for programs. */
import type { summarize } from '../mill/answers/run-summary.ts';
import { counted } from './counted.ts';
import { alike, describePartial } from './describe-partial.ts';
import { describeDistrust } from './describe-distrust.ts';
import { describeReasons } from './describe-reasons.ts';
import type { Output } from './output.ts';

/** `beside`: what else programs read in the last line. */
export function printSummary(
  { summary, details }: Awaited<ReturnType<typeof summarize>>,
  output: Output,
  beside: Readonly<Record<string, unknown>> = {},
): void {
  const { date, runs, cells, completed, failed, failedEntities, partial = [] } = summary;
  const { seconds, firestore, distrusted = [], trouble } = summary;
  const { computations, others, behind } = details;
  const columns = [
    right('pass'),
    { title: 'computation' },
    ...['ran', 'up to date', 'impossible', 'failed', 'waiting'].map(right),
    { title: 'found' },
  ];
  const rows = computations.map((each) => [
    String(each.pass),
    each.computation,
    ...[each.completed, each.upToDate, each.impossible, each.failed, each.waiting].map(String),
    each.found ?? '',
  ]);
  if (rows.length > 0) output.line();
  if (rows.length > 0) output.table(columns, rows);
  if (others.length > 0) output.line();
  for (const line of describeReasons(others)) output.line(line);
  for (const { computation, failed: count, failures } of computations) {
    const shown = failures.slice(0, MAX_FAILURES_SHOWN);
    for (const { date: day, code, message, days } of shown)
      output.trouble(`FAILED ${computation}@${day}: ${code}: ${message}${alike(days, 'day')}`);
    const more = count - shown.reduce((sum, { days }) => sum + days, 0);
    if (more > 0) output.trouble(`FAILED ${computation}: ${counted(more, 'more day')}`);
  }
  for (const one of partial) output.trouble(describePartial(one));
  for (const { computation, text } of distrusted) output.line(describeDistrust(computation, text));
  if (behind.length > 0)
    output.line(
      `${behind.join(', ')}: days wait for computations that are not selected. Select those too: --select "${behind.map((name) => `+${name}`).join(' ')}".`,
    );
  output.line();
  const waiting = cells.BLOCKED + cells.FAILED_DEPENDENCY;
  output.line(
    `${date}: ${completed + failed === 0 ? 'nothing ran' : `${counted(completed + failed, 'cell')} ran${runs === 0 ? '' : ` in ${counted(runs, 'run')}`}`}` +
      `${failed > 0 ? `, ${failed} failed` : ''}${failedEntities > 0 ? `, ${counted(failedEntities, 'entity')} left out` : ''}${waiting > 0 ? `, ${waiting} waiting` : ''}, ` +
      `${cells.SKIP + cells.STABLE} up to date${cells.STABLE > 0 ? ` (${cells.STABLE} proven cosmetic)` : ''}, ${cells.IMPOSSIBLE} impossible, in ${seconds.toFixed(1)} s`,
  );
  if (firestore !== null) {
    output.line(
      `Firestore: ${firestore.reads} reads, ${firestore.writes} writes, ${firestore.deletes} deletes, ${firestore.rpcs} RPCs`,
    );
  }
  if (trouble !== undefined) output.trouble(trouble);
  output.data({ ...summary, ...beside });
}

/** Distinct errors of one computation. */
const MAX_FAILURES_SHOWN = 3;

const right = (title: string) => ({ title, align: 'right' as const });
