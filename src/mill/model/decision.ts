/** What a plan says of a cell, and why. */
import { z } from 'zod';
import { CellError, CellKey } from './cell.ts';
import { Pause } from './control.ts';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';

export const OUTCOMES = ['RUN', 'RERUN', 'SKIP', 'STABLE', 'BLOCKED', 'FAILED_DEPENDENCY', 'IMPOSSIBLE'] as const;
export const Outcome = z.enum(OUTCOMES);
export type Outcome = z.infer<typeof Outcome>;

export type Decision = CellKey &
  (
    | { readonly outcome: 'RUN'; readonly reason: Extract<Reason, { why: 'NEW' }> }
    | { readonly outcome: 'RERUN'; readonly reason: Exclude<Because, { why: 'NEW' }> }
    | { readonly outcome: 'SKIP'; readonly reason: Extract<Reason, { why: 'UNCHANGED' | 'EARLY_CUTOFF' }> }
    | { readonly outcome: 'STABLE'; readonly reason: Extract<Reason, { why: 'COSMETIC' }> }
    | { readonly outcome: 'BLOCKED'; readonly reason: z.infer<typeof Blocked> }
    | { readonly outcome: 'FAILED_DEPENDENCY'; readonly reason: Extract<Reason, { why: 'FAILED' }> }
    | { readonly outcome: 'IMPOSSIBLE'; readonly reason: Extract<Reason, { why: 'NO_DATA' | 'UPSTREAM' }> }
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

const Blocked = z.discriminatedUnion('why', [
  z.object({ why: z.literal('IN_FLIGHT'), runId: z.string() }),
  z.object({ why: z.literal('WAITING_FOR'), cell: CellKey }),
  /** It would run, but somebody stopped its computation, or all of them. */
  z.object({ why: z.literal('PAUSED'), pause: Pause }),
  /** The same mistake has taken several of its dates; one is tried in each dispatch. */
  z.object({ why: z.literal('PARKED'), error: z.string(), dates: z.number() }),
  /** A worker found that root data which it reads is gone, or another than was indexed. */
  z.object({ why: z.literal('DATA_LOST'), dataset: z.string(), date: Day }),
  z.object({ why: z.literal('FAILED_IN_THIS_DISPATCH'), error: CellError }),
]);

/** The reason of any cell, as answers have it. */
export const Reason = z.discriminatedUnion('why', [
  ...Because.options,
  ...Blocked.options,
  z.object({ why: z.literal('UNCHANGED') }),
  /** These inputs were made again in this dispatch, with the same results as before. */
  z.object({ why: z.literal('EARLY_CUTOFF'), inputs: z.array(z.string()).readonly() }),
  /** Its code changed, and was proven to do the same as the code of `from` (see `behaviourOf`) that made the result. */
  z.object({ why: z.literal('COSMETIC'), from: Hash }),
  /** A cell that it reads. */
  z.object({ why: z.literal('FAILED'), cell: CellKey }),
  z.object({ why: z.literal('NO_DATA'), dataset: z.string() }),
  z.object({ why: z.literal('UPSTREAM'), computation: z.string() }),
]);
export type Reason = z.infer<typeof Reason>;

export const OutcomeCounts = z.record(Outcome, z.number()).describe('{outcome: count}');
export type OutcomeCounts = z.infer<typeof OutcomeCounts>;

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
      return `changed: ${listed(reason.parts)}`;
    case 'FAILED_BEFORE':
      return `failed before: ${reason.error.code}`;
    case 'UPSTREAM_RUNS':
      return `if ${listed(reason.inputs)} changes`;
    case 'DISTRUSTED':
      return `${listed(reason.inputs)} ran again, and its skips are not trusted`;
    case 'ASKED':
      return `asked for${describeAsker(reason)}`;
    case 'LOST':
      return 'its stored result is gone, or is another than was made';
    case 'SUSPECT':
      return `a skip was wrong, on ${reason.date}`;
    case 'UNCHANGED':
      return 'nothing that it reads has changed';
    case 'EARLY_CUTOFF':
      return `${listed(reason.inputs)} ran again with the same result`;
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

/** Names that a line holds; the reason as data has all of them. */
const MAX_LISTED = 20;

const listed = (names: readonly string[]): string =>
  names.length <= MAX_LISTED
    ? names.join(', ')
    : `${names.slice(0, MAX_LISTED).join(', ')} and ${names.length - MAX_LISTED} more`;

/** Why a cell ran, of one that did: what it was planned to wait for had changed. `reason` is as its plan worded it. */
export function describeRan({
  reason,
  because,
}: {
  readonly reason: string;
  readonly because?: Because | undefined;
}): string {
  if (because?.why !== 'UPSTREAM_RUNS') return reason;
  const { inputs } = because;
  return `RERUN: ${inputs.length === 1 ? '' : 'one of '}${listed(inputs)} changed`;
}

/** `paused by ada on 2024-01-02T10:00Z: prices are wrong` */
const describePause = ({ sinceMs, by, because }: Pause): string =>
  `paused${describeAsker({ atMs: sinceMs, by })}${because === undefined ? '' : `: ${because}`}`;

const describeAsker = ({ atMs, by }: { readonly atMs: number; readonly by?: string | undefined }): string =>
  `${by === undefined ? '' : ` by ${by}`} on ${new Date(atMs).toISOString().slice(0, 16)}Z`;
