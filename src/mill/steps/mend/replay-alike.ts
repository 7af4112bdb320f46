/** Replays every open dead letter of one error: what took them all was mended once. */
import { UserError } from '../../../errors.ts';
import { failureFingerprint, kindOfError } from '../../model/alike-failures.ts';
import type { Task } from '../../model/task.ts';
import type { Ledger } from '../../ports/tasks.ts';
import { replayDeadLetter, type ReplayPorts, type ReplayReport } from './dead-letters.ts';

/** Letters of one call, the oldest first: each is a plan and a commit. Ask again for what is left. */
export const MOST_ALIKE = 100;

export interface ReplayAlikePorts extends ReplayPorts {
  readonly ledger: Pick<Ledger, 'deadLetters'>;
}

export interface ReplayAlikeReport {
  readonly fingerprint: string;
  /** Open ones of this error, replayed or to be replayed. */
  readonly letters: readonly (ReplayReport & {
    readonly cells: number;
    /** Why it could not be replayed now; it stays open. */
    readonly refused?: string;
  })[];
  /** Beyond the most of one call. */
  readonly left: number;
}

/** The open ones of an error, with what a replay would take; changes nothing. @throws {UserError} NOT_FOUND */
export async function alikeLetters(
  fingerprint: string,
  { ledger }: Pick<ReplayAlikePorts, 'ledger'>,
): Promise<ReplayAlikeReport> {
  const { alike, left } = await openLetters(fingerprint, ledger);
  return {
    fingerprint,
    letters: alike.map((task) => ({ taskId: task.id, runId: null, status: 'OPEN', cells: task.cells.length })),
    left,
  };
}

/** One that cannot run now stays open, and does not hold up the others. @throws {UserError} NOT_FOUND */
export async function replayAlike(fingerprint: string, ports: ReplayAlikePorts): Promise<ReplayAlikeReport> {
  const { alike, left } = await openLetters(fingerprint, ports.ledger);
  const letters: ReplayAlikeReport['letters'][number][] = [];
  for (const task of alike) {
    const cells = task.cells.length;
    try {
      letters.push({ ...(await replayDeadLetter(task.id, ports)), cells });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      letters.push({ taskId: task.id, runId: null, status: 'OPEN', cells, refused: thrown.message });
    }
  }
  return { fingerprint, letters, left };
}

async function openLetters(
  fingerprint: string,
  ledger: Pick<Ledger, 'deadLetters'>,
): Promise<{ readonly alike: readonly Task[]; readonly left: number }> {
  const found = (await ledger.deadLetters()).filter(
    ({ lastError }) =>
      lastError !== undefined && [failureFingerprint(lastError), kindOfError(lastError)].includes(fingerprint),
  );
  if (found.length === 0)
    throw new UserError(
      'NOT_FOUND',
      `No open dead letter has the error "${fingerprint}". daymill dead-letters lists them.`,
    );
  return { alike: found.slice(0, MOST_ALIKE), left: Math.max(0, found.length - MOST_ALIKE) };
}
