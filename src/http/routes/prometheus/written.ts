/** Answers of the query API as JSON: values as text, times in seconds. */
import type { QueryAnswer } from '../../../meter/answers/query/query.ts';
import type { Labels } from '../../../meter/model/series.ts';
import type { ResultSeries } from '../../../meter/promql/query.ts';
import type { Parameters } from './parameters.ts';

export const writtenLabels = (labels: Labels): Readonly<Record<string, string>> => Object.fromEntries(labels);

/** The shortest text that is read as the same double. */
export function writtenValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

type Point = readonly [seconds: number, value: string];

const point = (timeMs: number, value: number): Point => [timeMs / 1_000, writtenValue(value)];

const pointsOf = ({ timesMs, values }: ResultSeries): Point[] =>
  Array.from(timesMs, (time, at) => point(time, values[at] as number));

/** `data`, and what is told with it: also where `limit` has left something out. */
export function writtenResult(
  { result, samples, seconds, warnings, infos }: QueryAnswer,
  given: Parameters,
): Readonly<Record<string, unknown>> {
  const stats =
    given.text('stats') === undefined
      ? {}
      : {
          stats: {
            timings: { evalTotalTime: seconds },
            samples: { totalQueryableSamples: samples, peakSamples: samples },
          },
        };
  if (result.type === 'scalar')
    return {
      data: { resultType: 'scalar', result: point(result.timeMs, result.value), ...stats },
      ...told(warnings, infos),
    };
  if (result.type === 'string')
    return { data: { resultType: 'string', result: [result.timeMs / 1_000, result.text], ...stats } };
  const limit = given.limit() ?? Infinity;
  const shown = result.series.length > limit ? result.series.slice(0, limit) : result.series;
  const written = shown.map((one) => ({
    metric: writtenLabels(one.labels),
    ...(result.type === 'vector' ? { value: pointsOf(one)[0] } : { values: pointsOf(one) }),
  }));
  const leftOut = shown.length < result.series.length ? ['results truncated due to limit'] : [];
  return { data: { resultType: result.type, result: written, ...stats }, ...told([...leftOut, ...warnings], infos) };
}

/** Neither is there where it is empty, as in Prometheus. */
const told = (warnings: readonly string[], infos: readonly string[]): Readonly<Record<string, unknown>> => ({
  ...(warnings.length > 0 ? { warnings } : {}),
  ...(infos.length > 0 ? { infos } : {}),
});
