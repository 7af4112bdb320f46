/** Peak memory of a computation's tasks by the size of what they read, on the tiers that they ran on. */
import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import { project } from '../data/project.ts';
import { isDark } from '../shell/theme.ts';
import { count, counted, megabytes, time } from '../ui/format.ts';
import { axisStyle, Plot } from '../ui/plot.tsx';
import { type Point, powersOfTwo, rangeOf, type Scatter as Columns, scatterOf } from './scatter.ts';

interface Props {
  readonly computation: string;
  readonly points: readonly Point[];
  readonly predictedMB: number | null;
}

const HEIGHT = 300;

export function Scatter({ computation, points, predictedMB }: Props) {
  const tiers = project.value?.tiers ?? [];
  const { columns, data, options } = useMemo(() => {
    const made = scatterOf(
      points,
      tiers.map(({ name }) => name),
    );
    const predicted = made.at.map(() => predictedMB);
    return {
      columns: made,
      data: [made.at, ...made.peaks, predicted] as unknown as uPlot.AlignedData,
      options: optionsOf(made, points, predictedMB, tiers),
    };
  }, [points, predictedMB, tiers, isDark.value]);
  const words = `Peak memory of ${counted(points.length, 'attempt')} of ${computation}, by ${WORDS[columns.by]}`;
  return (
    <figure>
      <figcaption>{words}</figcaption>
      <Plot options={options} data={data} height={HEIGHT} label={words} />
    </figure>
  );
}

const WORDS: Readonly<Record<Columns['by'], string>> = {
  entities: 'the entities that a cell reads',
  time: 'when they ended, since what they read is not counted',
};

type Tiers = NonNullable<typeof project.value>['tiers'];

/** A colour and a shape each, the smallest tier first. */
const COLOURS = ['--accent', '--warn-line', '--bad', '--good'];

function optionsOf(
  { by }: Columns,
  points: readonly Point[],
  predictedMB: number | null,
  tiers: Tiers,
): Omit<uPlot.Options, 'width' | 'height'> {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  const place = (value: number): string => (by === 'entities' ? count(value) : time(value * 1_000).slice(5, 16));
  const memory = (_: uPlot, mb: number | null): string => (mb === null ? '' : megabytes(mb));
  return {
    legend: { live: false },
    scales: {
      x: { time: by === 'time' },
      y: {
        distr: 3,
        log: 2,
        range: () =>
          rangeOf(
            points,
            predictedMB,
            tiers.map(({ memoryMB }) => memoryMB),
          ),
      },
    },
    axes: [
      // A time takes more room than a number.
      { ...axisStyle(), space: by === 'time' ? 110 : 60, values: (_, ticks) => ticks.map(place) },
      {
        ...axisStyle(),
        size: 64,
        splits: (_, __, least, most) => powersOfTwo(least, most),
        values: (_, at) => at.map(megabytes),
      },
    ],
    series: [
      {
        label: by,
        value: (_, value: number | null) => (value === null ? '' : place(value)),
      },
      ...tiers.map(({ name }, index): uPlot.Series => {
        const stroke = colour(COLOURS[index % COLOURS.length] ?? '');
        return { label: name, stroke, paths: () => null, points: { show: true, size: 6, fill: stroke }, value: memory };
      }),
      {
        label: 'predicted',
        stroke: colour('--quiet'),
        width: 1.5,
        dash: [6, 4],
        points: { show: false },
        value: memory,
      },
    ],
    hooks: { drawClear: [(plot) => drawTiers(plot, tiers, colour)] },
  };
}

/** Every other tier as a band, its limit as a line with its name. */
function drawTiers(plot: uPlot, tiers: Tiers, colour: (name: string) => string): void {
  const { ctx, bbox } = plot;
  const most = plot.scales['y']?.max ?? 0;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  let below = bbox.top + bbox.height;
  for (const [index, { name, memoryMB }] of tiers.entries()) {
    const at = memoryMB > most ? bbox.top : plot.valToPos(memoryMB, 'y', true);
    ctx.fillStyle = colour(index % 2 === 0 ? '--raised' : '--sunk');
    ctx.fillRect(bbox.left, at, bbox.width, below - at);
    ctx.fillStyle = colour('--quiet');
    if (below - at > 16) ctx.fillText(`${name}, ${megabytes(memoryMB)}`, bbox.left + 8, at + 14 * devicePixelRatio);
    below = at;
  }
  ctx.restore();
}
