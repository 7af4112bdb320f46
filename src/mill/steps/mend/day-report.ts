/** What a day's pipeline leaves undone: the last word of the workflow. */
import { cellName } from '../../model/cell.ts';
import type { Day } from '../../../values/date.ts';
import type { OutcomeCounts } from '../../model/decision.ts';
import { dayCount } from '../../planning/day-set.ts';
import { dispatchIdOf } from '../dispatch/request.ts';
import { survey, type SurveyPorts } from '../dispatch/survey.ts';

/** Cells that a report names: it travels through the workflow, whose memory is small. */
export const NAMED_CELLS = 20;

export interface DayReport {
  readonly outcomes: OutcomeCounts;
  /** Cells that failed, in the day's rounds or in its sweep. */
  readonly failed: number;
  /** What a sweep makes: those of them whose trouble may have passed, and cells that were found to be wrong or lost. */
  readonly retryable: number;
  /** Cells that wait for a failed one, for a paused or a parked computation, or for another run. */
  readonly waiting: number;
  /** The first of the failed, with their errors. */
  readonly failures: readonly { readonly cell: string; readonly code: string; readonly message: string }[];
}

export interface DayReportRequest {
  readonly date: Day;
  readonly from: Day;
  readonly dispatchId: string;
}

/** As a sweep sees the day: what it would try again is retryable, what it would not has failed for good. */
export async function dayReport({ date, from, dispatchId }: DayReportRequest, ports: SurveyPorts): Promise<DayReport> {
  const id = dispatchIdOf({ dispatchId, sweep: true }, '');
  const { plan } = await survey({ from, to: date, dispatchId: id, mode: 'dispatch', sweep: true }, ports);
  const failures: DayReport['failures'][number][] = [];
  let failed = 0;
  let retryable = 0;
  let waiting = 0;
  for (const name of plan.computations) {
    for (const { decision, days } of plan.fates(name)) {
      const { outcome, reason } = decision;
      if (reason.why === 'FAILED_IN_THIS_DISPATCH' || reason.why === 'FAILED_BEFORE') {
        failed += dayCount(days);
        if (reason.why === 'FAILED_BEFORE') retryable += dayCount(days);
        if (failures.length < NAMED_CELLS) failures.push({ cell: cellName(decision), ...reason.error });
      } else if (reason.why === 'SUSPECT' || reason.why === 'LOST') retryable += dayCount(days);
      else if (outcome === 'BLOCKED' || outcome === 'FAILED_DEPENDENCY') waiting += dayCount(days);
    }
  }
  return { outcomes: plan.counts(), failed, retryable, waiting, failures };
}
