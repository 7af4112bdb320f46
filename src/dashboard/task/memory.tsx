/** What an attempt took of memory, by its heartbeats, beside what it may take and what was expected. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { megabytes, seconds } from '../ui/format.ts';
import { axisStyle, Plot } from '../ui/plot.tsx';
import { memorySeries } from './series.ts';
import type { TaskAnswer } from '../../mill/answers/task.ts';

const HEIGHT = 260;
/** Readings that are shown one by one. */
const FEW = 12;
/** Of the axis, in MiB: what memory is counted in. */
const STEPS_MB = [16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768];

/** Minutes and seconds since it began. */
const clock = (at: number): string => `${Math.floor(at / 60)}:${String(Math.round(at % 60)).padStart(2, '0')}`;

export function Memory({ answer }: { readonly answer: TaskAnswer }) {
  const { attempts } = answer;
  const chosen = Number(query.value.get('attempt') ?? attempts.at(-1)?.number ?? 1);
  const attempt = attempts.find(({ number }) => number === chosen);
  const data = useMemo(() => memorySeries(attempt?.readings ?? [], answer), [answer, chosen]);
  const isShort = data[0].length < FEW;
  const options = useMemo(() => optionsOf(answer, isShort), [answer.tierMB, answer.predictedMB, isShort, isDark.value]);
  const peak = attempt?.peakRssMB;
  return (
    <section class="panel">
      <div class="split">
        <h2>Memory</h2>
        {attempts.length < 2 ? null : (
          <label>
            <span class="quiet">of attempt </span>
            <select value={String(chosen)} onChange={(event) => setQuery({ attempt: event.currentTarget.value })}>
              {attempts.map(({ number, tier }) => (
                <option key={number} value={String(number)}>
                  {number}, {tier}
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {(attempt?.readings ?? []).length === 0 ? (
        <p class="quiet">
          It sent no heartbeat: it ended before the first was due.
          {peak === undefined ? '' : ` At its end its process had taken ${megabytes(peak)} at most.`}
        </p>
      ) : (
        <Plot
          options={options}
          data={data}
          height={HEIGHT}
          label={`Memory of attempt ${chosen}: ${peak === undefined ? 'peak not known' : `${megabytes(peak)} at most`}`}
        />
      )}
    </section>
  );
}

/** The lines are dashed: they are no readings. */
function optionsOf({ tierMB, predictedMB }: TaskAnswer, isShort: boolean): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  const value = (_: uPlot, mb: number | null): string => (mb === null ? '' : megabytes(mb));
  const level = (label: string, stroke: string): uPlot.Series => ({
    label,
    stroke,
    width: 1.5,
    dash: [6, 4],
    value,
    points: { show: false },
  });
  return {
    legend: { live: false },
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.08] } },
    axes: [
      { ...axisStyle(), values: (_, at) => at.map(clock) },
      { ...axisStyle(), size: 68, incrs: STEPS_MB, values: (_, at) => at.map((each) => megabytes(each)) },
    ],
    series: [
      { label: 'since its start', value: (_, at: number | null) => (at === null ? '' : seconds(at)) },
      { label: 'process', stroke: of('accent'), width: 2, value, points: { show: isShort } },
      { label: 'heap', stroke: of('good'), width: 2, value, points: { show: isShort } },
      ...(tierMB === undefined ? [] : [level("tier's limit", of('bad'))]),
      ...(predictedMB === undefined ? [] : [level('expected', of('warn-line'))]),
    ],
  };
}
