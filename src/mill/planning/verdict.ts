/** What was decided of a day, shared by all days of a computation that were decided alike. */
import type { Pause } from '../model/control.ts';
import type { Day } from '../../values/date.ts';
import type { Decision, Outcome } from '../model/decision.ts';
import type { Again } from './again.ts';
import { isImpossible, type RestReason } from './standing.ts';
import { VIEW, type View } from './view.ts';

/** Reasons that name another cell, a run or an error differ from day to day, and are put together when they are asked for. */
export type DailyReason = 'IN_FLIGHT' | 'WAITING_FOR' | 'HELD' | 'FAILED_IN_THIS_DISPATCH' | 'FAILED' | 'FAILED_BEFORE';

export type Verdict = {
  readonly outcome: Outcome;
  /** What readers find. */
  readonly view: View;
} & (
  | { readonly reason: Decision['reason'] }
  /** `need`: index of the need that it is because of. */
  | { readonly daily: DailyReason; readonly need?: number }
);

export const NEW: Verdict = { outcome: 'RUN', view: VIEW.comingNow, reason: { why: 'NEW' } };

export const atRest = (reason: RestReason): Verdict =>
  isImpossible(reason)
    ? { outcome: 'IMPOSSIBLE', view: VIEW.none, reason }
    : { outcome: reason.why === 'COSMETIC' ? 'STABLE' : 'SKIP', view: VIEW.there, reason };

export const changed = (parts: readonly string[]): Verdict => ({
  outcome: 'RERUN',
  view: VIEW.comingNow,
  reason: { why: 'CHANGED', parts },
});

export const upstreamRuns = (inputs: readonly string[]): Verdict => ({
  outcome: 'RERUN',
  view: VIEW.comingNow,
  reason: { why: 'UPSTREAM_RUNS', inputs },
});

export const distrusted = (inputs: readonly string[]): Verdict => ({
  outcome: 'RERUN',
  view: VIEW.comingNow,
  reason: { why: 'DISTRUSTED', inputs },
});

export const again = (reason: Again['reason']): Verdict => ({ outcome: 'RERUN', view: VIEW.comingNow, reason });

export const paused = (pause: Pause): Verdict => ({
  outcome: 'BLOCKED',
  view: VIEW.held,
  reason: { why: 'PAUSED', pause },
});

export const parked = (error: string, dates: number): Verdict => ({
  outcome: 'BLOCKED',
  view: VIEW.held,
  reason: { why: 'PARKED', error, dates },
});

export const dataLost = (dataset: string, date: Day): Verdict => ({
  outcome: 'BLOCKED',
  view: VIEW.held,
  reason: { why: 'DATA_LOST', dataset, date },
});

/** Waits for what is paused or parked. */
export const held = (need: number): Verdict => ({ outcome: 'BLOCKED', view: VIEW.held, daily: 'HELD', need });

export function daily(reason: Exclude<DailyReason, 'HELD'>, need?: number): Verdict {
  const because = need === undefined ? {} : { need };
  switch (reason) {
    case 'FAILED':
      return { outcome: 'FAILED_DEPENDENCY', view: VIEW.failed, daily: reason, ...because };
    case 'FAILED_IN_THIS_DISPATCH':
      return { outcome: 'BLOCKED', view: VIEW.failed, daily: reason };
    case 'FAILED_BEFORE':
      return { outcome: 'RERUN', view: VIEW.comingNow, daily: reason };
    case 'IN_FLIGHT':
    case 'WAITING_FOR':
      return { outcome: 'BLOCKED', view: VIEW.coming, daily: reason, ...because };
  }
}

/** The reason as it is kept while the cell rests; undefined when it does not rest. */
export const restReasonOf = (verdict: Verdict): RestReason | undefined =>
  'reason' in verdict &&
  (verdict.outcome === 'SKIP' || verdict.outcome === 'STABLE' || verdict.outcome === 'IMPOSSIBLE')
    ? (verdict.reason as RestReason)
    : undefined;

/** Verdicts by number, so that a day costs two bytes. */
export class VerdictTable {
  readonly verdicts: Verdict[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(key: string, make: () => Verdict): number {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = this.verdicts.push(make()) - 1;
      this.#indexes.set(key, index);
    }
    return index;
  }

  at(index: number): Verdict {
    const verdict = this.verdicts[index];
    if (verdict === undefined) throw new Error(`there is no verdict ${index}`);
    return verdict;
  }
}
