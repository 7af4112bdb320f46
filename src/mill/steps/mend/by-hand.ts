/** What people do to the mill, verb by verb, on record: the command line and the page both come here. */
import type { Acted, Asking } from '../../model/action.ts';
import { cancel, type CancelPorts, type CancelReport } from './cancel.ts';
import {
  dropDeadLetter,
  readDeadLetter,
  replayDeadLetter,
  type ReplayPorts,
  type ReplayReport,
} from './dead-letters.ts';
import { recorded, type RecordPorts } from './recorded.ts';
import { replayAlike, type ReplayAlikePorts, type ReplayAlikeReport } from './replay-alike.ts';
import { retry, type RetryAsked, type RetryPorts, type RetryReport } from './retry.ts';
import { startDay, type StartPorts } from './start-day.ts';
import { ownMember } from '../../../values/own-member.ts';
import { ALL } from '../../model/control.ts';
import { dayCount } from '../../planning/day-set.ts';
import type { DayAsked, StartedDay } from '../../ports/pipeline.ts';
import type { Controls } from '../../ports/planning.ts';
import { type AskedCells, askAgain, type AskPorts } from './ask-again.ts';
import type { Tasks } from '../../ports/tasks.ts';

/** @throws {UserError} as `startDay` */
export const runByHand = (
  asked: DayAsked,
  asking: Asking,
  ports: StartPorts & RecordPorts & { readonly controls: Pick<Controls, 'read'> },
): Promise<Acted<StartedDay>> => {
  const target = `${daysIn(asked)}${asked.computations === undefined ? '' : `: ${listed(asked.computations)}`}`;
  return recorded({ ...asking, what: 'run', target }, ports, async () => {
    const report = await startDay(asked, ports);
    const isPaused = ownMember((await ports.controls.read()).paused, ALL) !== undefined;
    const note = isPaused ? ' Everything is paused, so it claims nothing until that is resumed.' : '';
    return { changed: true, text: `The day is started, as ${report.dispatchId}.${note}`, report };
  });
};

/** Notes cells that are to be made again; whoever asks starts the day. `target`: what was asked for, as it was written. */
export const rerunByHand = (
  { days, target }: { readonly days: AskedCells['days']; readonly target: string },
  asking: Asking,
  ports: AskPorts & RecordPorts,
): Promise<Acted<undefined>> =>
  recorded({ ...asking, what: 'rerun', target }, ports, async () => {
    await askAgain({ days, by: asking.by }, ports);
    const cells = [...days.values()].reduce((sum, own) => sum + dayCount(own), 0);
    return { changed: true, text: `${cells} ${cells === 1 ? 'cell' : 'cells'} noted.`, report: undefined };
  });

/** @throws {UserError} as `retry` */
export const retryByHand = (
  asked: Omit<RetryAsked, 'by'>,
  asking: Asking,
  ports: RetryPorts & RecordPorts,
): Promise<Acted<RetryReport>> => {
  const target = `${asked.cell.computation}@${asked.cell.date}`;
  return recorded({ ...asking, what: 'retry', target }, ports, async () => {
    const report = await retry({ ...asked, by: asking.by }, ports);
    return { changed: true, text: describeRetry(report), report };
  });
};

function describeRetry({ cell, dispatchId, waits }: RetryReport): string {
  if (dispatchId === null) return `${cell} is noted: the next run makes it. No run was started now: ${waits}`;
  return `${cell} is made again, by ${dispatchId}.${waits === '' ? '' : ` It has to wait: ${waits}.`}`;
}

/** @throws {UserError} NOT_FOUND */
export const cancelByHand = (
  id: string,
  asking: Asking,
  ports: CancelPorts & RecordPorts,
): Promise<Acted<CancelReport>> =>
  recorded({ ...asking, what: 'cancel', target: id }, ports, async () => {
    const before = await ports.controls.read();
    const report = await cancel(id, ports);
    const { dispatchId, runs, tasks } = report;
    if (runs.length === 0 && before.cancelled.includes(dispatchId))
      return { changed: false, text: `${dispatchId} was cancelled before.`, report };
    return {
      changed: true,
      text: `Cancelled ${dispatchId}: ${tasks} ${tasks === 1 ? 'task' : 'tasks'} of ${runs.length} open ${runs.length === 1 ? 'run' : 'runs'} ended. What was made stays.`,
      report,
    };
  });

/** @throws {UserError} NOT_FOUND, BUSY */
export const replayByHand = (
  taskId: string,
  asking: Asking,
  ports: ReplayPorts & RecordPorts,
): Promise<Acted<ReplayReport>> =>
  recorded({ ...asking, what: 'replay', target: taskId }, ports, async () => {
    const { deadLetter } = await readDeadLetter(taskId, ports.tasks);
    const report = await replayDeadLetter(taskId, ports);
    return { changed: deadLetter.status === 'OPEN', text: describeReplay(report, deadLetter.status), report };
  });

function describeReplay({ taskId, status, runId }: ReplayReport, before: ReplayReport['status']): string {
  if (status === 'DROPPED') return `${taskId} had been dropped.`;
  if (before !== 'OPEN') return `${taskId} was replayed before${runId === null ? '' : `, by the run ${runId}`}.`;
  return runId === null
    ? `The cells of ${taskId} were made since: there is nothing to replay.`
    : `The cells of ${taskId} are claimed by run ${runId}. A session that runs makes them now, else the next daymill run.`;
}

/** @throws {UserError} NOT_FOUND */
export const dropByHand = (
  taskId: string,
  asking: Asking,
  ports: { readonly tasks: Tasks } & RecordPorts,
): Promise<Acted<ReplayReport>> =>
  recorded({ ...asking, what: 'drop', target: taskId }, ports, async () => {
    const { deadLetter } = await readDeadLetter(taskId, ports.tasks);
    const report = await dropDeadLetter(taskId, ports);
    if (deadLetter.status === 'OPEN') return { changed: true, text: `${taskId} is dropped.`, report };
    return {
      changed: false,
      text: `${taskId} was ${report.status === 'DROPPED' ? 'dropped' : 'replayed'} before.`,
      report,
    };
  });

/** @throws {UserError} NOT_FOUND */
export const replayAlikeByHand = (
  fingerprint: string,
  asking: Asking,
  ports: ReplayAlikePorts & RecordPorts,
): Promise<Acted<ReplayAlikeReport>> =>
  recorded({ ...asking, what: 'replay-alike', target: fingerprint }, ports, async () => {
    const report = await replayAlike(fingerprint, ports);
    const refused = report.letters.filter((letter) => letter.refused !== undefined).length;
    const rest = [
      ...(refused === 0 ? [] : [`${refused} cannot run now and stay`]),
      ...(report.left === 0 ? [] : [`${report.left} are left for the next time`]),
    ];
    const text = [`${report.letters.length - refused} replayed`, ...rest].join(', ');
    return { changed: refused < report.letters.length, text: `${text}.`, report };
  });

const daysIn = ({ from, date }: DayAsked): string => (from === date ? date : `${from} … ${date}`);

/** Names of a target. */
const NAMED = 5;

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : names.length <= NAMED
      ? names.join(', ')
      : `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more`;
