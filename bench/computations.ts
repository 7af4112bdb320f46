/** What computations are made of, in processor time, beside what others have for it. */
import { polygonHull } from 'd3-polygon';
import { convexHull } from '../src/computations/statistics/convex-hull.ts';
import type { Point } from '../src/computations/statistics/convex-hull.ts';
import { leastSquares } from '../src/computations/statistics/least-squares.ts';
import { benchBackfill } from './backfill.ts';
import { benchDetectors } from './detectors.ts';
import { benchTrading } from './trading.ts';

/** Any seed does; the same brings the same points. */
const SEED = 16;

export async function benchComputations({ quick }: { readonly quick: boolean }): Promise<void> {
  await benchDetectors({ quick });
  await benchTrading({ quick });
  await benchBackfill({ quick });
  process.stdout.write(hulls(quick ? 100_000 : 1_000_000, quick ? 1 : 5));
  process.stdout.write(regressions(quick ? 10_000 : 100_000));
}

function hulls(count: number, rounds: number): string {
  const random = uniform(SEED);
  const shapes: Readonly<Record<string, () => Point>> = {
    'in a disc': () => {
      const [angle, radius] = [2 * Math.PI * random(), Math.sqrt(random())];
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
    },
    'normal, as risk and reward are': () => {
      const [angle, radius] = [2 * Math.PI * random(), Math.sqrt(-2 * Math.log(1 - random()))];
      return { x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
    },
    'on a circle, all of them corners': () => {
      const angle = 2 * Math.PI * random();
      return { x: Math.cos(angle), y: Math.sin(angle) };
    },
  };
  const rows = Object.entries(shapes).map(([shape, point]) => {
    const points = Array.from({ length: count }, point);
    const pairs = points.map(({ x, y }): [number, number] => [x, y]);
    const corners = convexHull(points).length;
    const theirs = polygonHull(pairs)?.length;
    if (corners !== theirs) throw new Error(`Of points ${shape} we have ${corners} corners, d3-polygon has ${theirs}.`);
    // In turns, so that what else the machine does falls on both.
    const times = Array.from({ length: rounds }, () => [
      processorSeconds(() => convexHull(points)),
      processorSeconds(() => polygonHull(pairs)),
    ]);
    const [ours, peer] = [0, 1].map((side) => Math.min(...times.map((pair) => pair[side] as number))) as [
      number,
      number,
    ];
    return `| ${shape} | ${corners} | ${ours.toFixed(3)} s | ${peer.toFixed(3)} s | ${(ours / peer).toFixed(2)} |`;
  });
  return [
    `Convex hull of ${count.toLocaleString('en')} points, processor time, best of ${rounds}:`,
    '',
    '| points | corners | ours | d3-polygon | ratio |',
    '|---|--:|--:|--:|--:|',
    ...rows,
    '\n',
  ].join('\n');
}

function regressions(count: number): string {
  const random = uniform(SEED);
  const design = Array.from({ length: 60 }, () => [1, random() - 0.5, random() - 0.5]);
  const y = design.map(([, market = 0, sector = 0]) => market + 0.3 * sector + 0.1 * random());
  const seconds = processorSeconds(() => {
    for (let index = 0; index < count; index++) leastSquares(design, y);
  });
  return `${count.toLocaleString('en')} least squares of 60 rows by 3 columns: ${seconds.toFixed(2)} s of processor time.\n`;
}

function processorSeconds(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Numbers from 0 to 1. Source: G. Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8(14) (2003). */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
