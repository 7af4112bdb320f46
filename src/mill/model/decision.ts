/** What a plan says of a cell, and why. */
import { z } from 'zod';
import { CellError, type CellKey } from './cell.ts';
import type { Pause } from './control.ts';
import { Day } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';

export const OUTCOMES = ['RUN', 'RERUN', 'SKIP', 'STABLE', 'BLOCKED', 'FAILED_DEPENDENCY', 'IMPOSSIBLE'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type Decision = CellKey &
  (
    | { readonly outcome: 'RUN'; readonly reason: Extract<Because, { why: 'NEW' }> }
    | { readonly outcome: 'RERUN'; readonly reason: Exclude<Because, { why: 'NEW' }> }
    | {
        readonly outcome: 'SKIP';
        readonly reason:
          | { readonly why: 'UNCHANGED' }
          /** These inputs were made again in this dispatch, with the same results as before. */
          | { readonly why: 'EARLY_CUTOFF'; readonly inputs: readonly string[] };
      }
    /** Its code changed, and was proven to do the same as the code of `from` (see `behaviourOf`) that made the result. */
    | { readonly outcome: 'STABLE'; readonly reason: { readonly why: 'COSMETIC'; readonly from: Hash } }
    | {
        readonly outcome: 'BLOCKED';
        readonly reason:
          | { readonly why: 'IN_FLIGHT'; readonly runId: string }
          | { readonly why: 'WAITING_FOR'; readonly cell: CellKey }
          /** It would run, but somebody stopped its computation, or all of them. */
          | { readonly why: 'PAUSED'; readonly pause: Pause }
          /** The same mistake has taken several of its dates; one is tried in each dispatch. */
          | { readonly why: 'PARKED'; readonly error: string; readonly dates: number }
          /** A worker found that root data which it reads is gone, or another than was indexed. */
          | { readonly why: 'DATA_LOST'; readonly dataset: string; readonly date: Day }
          | { readonly why: 'FAILED_IN_THIS_DISPATCH'; readonly error: CellError };
      }
    | { readonly outcome: 'FAILED_DEPENDENCY'; readonly reason: { readonly why: 'FAILED'; readonly cell: CellKey } }
    | {
        readonly outcome: 'IMPOSSIBLE';
        readonly reason:
          | { readonly why: 'NO_DATA'; readonly dataset: string }
          | { readonly why: 'UPSTREAM'; readonly computation: string };
      }
  );

/** A person asked for it to be made again, whatever it was made from. */
export const Asked = z.object({ why: z.literal('ASKED'), atMs: z.number(), by: z.string().optional() });

/** Its result is no longer stored as it was made. */
export const Lost = z.object({ why: z.literal('LOST') });

/** A skip of its computation was wrong (see mill/planning/watch.ts): one of this date, which stands for all. */
export const Suspect = z.object({ why: z.literal('SUSPECT'), date: Day });

/** The reason of a cell that runs, as it is stored. */
export const Because = z.discriminatedUnion('why', [
  z.object({ why: z.literal('NEW') }),
  z.object({ why: z.literal('CHANGED'), parts: z.array(z.string()).readonly() }),
  z.object({ why: z.literal('FAILED_BEFORE'), error: CellError }),
  /** Nothing that is settled differs, but an input is about to be made again: it runs only if that changes. */
  z.object({ why: z.literal('UPSTREAM_RUNS'), inputs: z.array(z.string()).readonly() }),
  /** These inputs were made again with the same results, but the computation has no right to be cut off (see mill/model/distrust.ts). */
  z.object({ why: z.literal('DISTRUSTED'), inputs: z.array(z.string()).readonly() }),
  Asked,
  Lost,
  Suspect,
]);
export type Because = z.infer<typeof Because>;

export type OutcomeCounts = Record<Outcome, number>;

export const countOutcomes = (decisions: Iterable<Decision>): OutcomeCounts => {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
  for (const decision of decisions) counts[decision.outcome]++;
  return counts;
};

/** A decision's reason in one line, as plans, logs and summaries print it. */
export function describeReason(decision: Decision): string {
  const { reason } = decision;
  switch (reason.why) {
    case 'NEW':
      return 'never ran';
    case 'CHANGED':
      return `changed: ${reason.parts.join(', ')}`;
    case 'FAILED_BEFORE':
      return `failed before: ${reason.error.code}`;
    case 'UPSTREAM_RUNS':
      return `if ${reason.inputs.join(', ')} changes`;
    case 'DISTRUSTED':
      return `${reason.inputs.join(', ')} ran again, and its skips are not trusted`;
    case 'ASKED':
      return `asked for${describeAsker(reason)}`;
    case 'LOST':
      return 'its stored result is gone, or is another than was made';
    case 'SUSPECT':
      return `a skip was wrong, on ${reason.date}`;
    case 'UNCHANGED':
      return 'nothing that it reads has changed';
    case 'EARLY_CUTOFF':
      return `${reason.inputs.join(', ')} ran again with the same result`;
    case 'COSMETIC':
      return 'its code changed, and does the same as before';
    case 'IN_FLIGHT':
      return `being made by run ${reason.runId}`;
    case 'WAITING_FOR':
      return `waits for ${reason.cell.computation}@${reason.cell.date}`;
    case 'PARKED':
      return `parked: ${reason.dates} dates failed alike (${reason.error})`;
    case 'PAUSED':
      return describePause(reason.pause);
    case 'DATA_LOST':
      return `the data of ${reason.dataset} on ${reason.date} is gone, or is another than was indexed`;
    case 'FAILED_IN_THIS_DISPATCH':
      return `failed just now: ${reason.error.code}`;
    case 'FAILED':
      return `${reason.cell.computation}@${reason.cell.date} failed`;
    case 'NO_DATA':
      return `NO_DATA ${reason.dataset}`;
    case 'UPSTREAM':
      return `UPSTREAM ${reason.computation}`;
  }
}

/** `paused by ada on 2024-01-02T10:00Z: prices are wrong` */
const describePause = ({ sinceMs, by, because }: Pause): string =>
  `paused${describeAsker({ atMs: sinceMs, by })}${because === undefined ? '' : `: ${because}`}`;

const describeAsker = ({ atMs, by }: { readonly atMs: number; readonly by?: string | undefined }): string =>
  `${by === undefined ? '' : ` by ${by}`} on ${new Date(atMs).toISOString().slice(0, 16)}Z`;
