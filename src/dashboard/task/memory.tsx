/** What an attempt took of memory, by its heartbeats, beside what it may take and what was expected. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { megabytes, seconds } from '../ui/format.ts';
import { axisStyle, Plot } from '../ui/plot.tsx';
import { memorySeries } from './series.ts';
import type { TaskAnswer } from './task-answer.ts';

const HEIGHT = 260;

export function Memory({ answer }: { readonly answer: TaskAnswer }) {
  const { attempts } = answer;
  const chosen = Number(query.value.get('attempt') ?? attempts.at(-1)?.number ?? 1);
  const attempt = attempts.find(({ number }) => number === chosen);
  const data = useMemo(() => memorySeries(attempt?.readings ?? [], answer), [answer, chosen]);
  const options = useMemo(() => optionsOf(answer), [answer.tierMB, answer.predictedMB, isDark.value]);
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
function optionsOf({ tierMB, predictedMB }: TaskAnswer): Omit<uPlot.Options, 'width' | 'height'> {
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
    scales: { x: { time: false }, y: { range: (_, __, most) => [0, most * 1.08] } },
    axes: [
      { ...axisStyle(), values: (_, at) => at.map((each) => (each === 0 ? '0' : seconds(each))) },
      { ...axisStyle(), size: 68, values: (_, at) => at.map((each) => megabytes(each)) },
    ],
    series: [
      { label: 'since its start', value: (_, at: number | null) => (at === null ? '' : seconds(at)) },
      { label: 'process', stroke: of('accent'), width: 2, value },
      { label: 'heap', stroke: of('good'), width: 2, value },
      ...(tierMB === undefined ? [] : [level("tier's limit", of('bad'))]),
      ...(predictedMB === undefined ? [] : [level('expected', of('warn-line'))]),
    ],
  };
}
