/** Series over time: one plot an expression, a crosshair for all, a stretch that is dragged is zoomed into. */
import { useMemo } from 'preact/hooks';
import uPlot from 'uplot';
import { isDark } from '../shell/theme.ts';
import { axisStyle, Plot } from '../ui/plot.tsx';
import { lineOf } from './colours.ts';
import { crosshair, unzoom, zoom } from './cursor.ts';
import { figure, type Measured, timeTicks } from './figures.ts';
import { columnsOf, type Grid, type Row } from './series.ts';

/** More than these are no picture. */
export const MAX_LINES = 40;

const HEIGHT = 240;

/** Shorter than so many pixels a drag is a click. */
const LEAST_DRAG = 6;

/** Of uPlot's cursors that go together. */
const SYNC = 'daymill';

/** What all plots over time share: UTC, the crosshair, the brush. */
export function timeOptions(
  measured: Measured,
): Pick<uPlot.Options, 'tzDate' | 'cursor' | 'hooks' | 'axes' | 'legend'> {
  return {
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    legend: { show: false },
    cursor: {
      // A stretch is of the plot that it is dragged on: were it told to the others, each of them would zoom.
      sync: { key: SYNC, filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave', sub: () => true } },
      drag: { x: true, y: false, setScale: false, dist: LEAST_DRAG },
      bind: {
        dblclick: () => () => {
          unzoom();
          return null;
        },
      },
      points: { size: 5 },
    },
    axes: [
      { ...axisStyle(), size: 30, values: (_, ticks, __, ___, increment) => timeTicks(ticks, increment) },
      { ...axisStyle(), size: 64, values: (_, ticks) => ticks.map((tick) => figure(tick, measured)) },
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const seconds =
            plot.cursor.idx === null || plot.cursor.idx === undefined ? undefined : plot.data[0][plot.cursor.idx];
          if (seconds !== undefined && (plot.cursor.left ?? -1) >= 0) crosshair.value = seconds;
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < LEAST_DRAG) return;
          const [start, end] = [left, left + width].map((at) => plot.posToVal(at, 'x') * 1_000);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (start !== undefined && end !== undefined) zoom(start, end);
        },
      ],
    },
  };
}

interface Props {
  readonly rows: readonly Row[];
  readonly grid: Grid;
  readonly measured: Measured;
  readonly hidden: ReadonlySet<string>;
  readonly label: string;
}

export function Lines({ rows, grid, measured, hidden, label }: Props) {
  const drawn = rows.slice(0, MAX_LINES);
  const keys = drawn.map(({ key }) => key).join();
  const dark = isDark.value;
  const { unit, isRate } = measured;
  const options = useMemo(
    () => ({
      ...timeOptions({ unit, isRate }),
      series: [
        {},
        ...drawn.map(({ key }, index) => {
          const { stroke, dash } = lineOf(index, dark);
          return { stroke, dash: [...dash], width: 1.5, show: !hidden.has(key), points: { size: 4 } };
        }),
      ],
    }),
    [keys, dark, unit, isRate, [...hidden].join()],
  );
  const data = useMemo(() => columnsOf(drawn, grid), [rows, grid.startMs, grid.endMs, grid.stepMs]);
  return <Plot options={options} data={data} height={HEIGHT} label={label} />;
}
