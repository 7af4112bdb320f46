/** Whether a question can be answered from rolled-up windows, exactly as from the samples, and from which. Pure. */
import { RESOLUTIONS_MS } from './window.ts';

/** What of a window is taken: its first and last sample, its last alone, or what all of it comes to. */
export type RollupUse = 'ends' | 'last' | 'sum' | 'min' | 'max';

const USES: ReadonlyMap<string, RollupUse> = new Map<string, RollupUse>([
  ['rate', 'ends'],
  ['increase', 'ends'],
  ['delta', 'ends'],
  ['first_over_time', 'ends'],
  ['last_over_time', 'ends'],
  ['present_over_time', 'ends'],
  ['sum_over_time', 'sum'],
  ['avg_over_time', 'sum'],
  ['count_over_time', 'sum'],
  ['min_over_time', 'min'],
  ['max_over_time', 'max'],
]);

/** Shorter questions are answered from the samples: they are few enough, and many dashboards ask the same of them. */
export const MIN_SPAN_MS = 2 * 86_400_000;

export interface RollupQuestion {
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstMs: number;
  readonly stepMs: number;
  readonly rangeMs: number;
  readonly func?: string | undefined;
}

/** Undefined of a function that needs more than windows say. */
export const useOf = ({ rangeMs, func = '' }: RollupQuestion): RollupUse | undefined =>
  rangeMs === 0 ? 'last' : USES.get(func);

/** The coarsest of which each evaluation sees whole windows; undefined where there is none, or where the question is short. */
export function chooseResolution(question: RollupQuestion): number | undefined {
  const { fromMs, toMs, firstMs, stepMs, rangeMs } = question;
  if (toMs - fromMs < MIN_SPAN_MS || useOf(question) === undefined) return undefined;
  return RESOLUTIONS_MS.findLast((resolution) => [firstMs, stepMs, rangeMs].every((ms) => ms % resolution === 0));
}
