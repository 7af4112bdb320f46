/** What failed last time: a failure that is over is not of it. */
import { toOrdinal } from '../../values/date.ts';
import { computationIn } from '../model/manifest.ts';
import { dayCount, daySpan, intersect } from '../planning/day-set.ts';
import { survey, type SurveyPorts } from '../steps/dispatch/survey.ts';
import type { Days } from './foresee.ts';

/** Names of computations that the manifest still has, sorted. */
export async function failedComputations({ from, date }: Days, ports: SurveyPorts): Promise<string[]> {
  const { folded } = await survey({ from, to: date }, ports);
  const grid = daySpan(toOrdinal(from), toOrdinal(date));
  const failed = [...folded.state.standings].filter(([, standing]) => dayCount(intersect(standing.failed, grid)) > 0);
  return failed
    .map(([name]) => name)
    .filter((name) => computationIn(ports.manifest, name) !== undefined)
    .sort();
}
