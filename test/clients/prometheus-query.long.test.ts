/**
 * Debian's Prometheus and ours, asked the same over the same samples. Debian's is 2.42, of which Prometheus 3 differs where a sample lies on the
 * left end of a range, or of a subquery, and where a counter is near zero: no sample, time or counter here is so. `atan2` kept the name then.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SeriesBuilder } from '../../src/meter/answers/query/series-builder.ts';
import { type Labels, NAME_LABEL, sortedLabels } from '../../src/meter/model/series.ts';
import { seriesTest } from '../../src/meter/promql/matchers.ts';
import { prepare, run } from '../../src/meter/promql/query.ts';
import type { SelectedSeries, Selection } from '../../src/meter/promql/selection.ts';
import { LONG } from '../support/long.ts';
import { EVERY_KIND, randomExpression, randomOf } from '../support/promql-expressions.ts';

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const RANDOM = 500;
const SEED = 20_261_127;
/** Two hours, two blocks of Prometheus's. */
const START = Date.parse('2026-03-01T00:00:00Z');
const SAMPLES = 480;

interface Series {
  readonly labels: Labels;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

/** Times are 7 s after a multiple of 15 s. */
function made(): Series[] {
  const random = randomOf(SEED);
  const series: Series[] = [];
  const add = (
    name: string,
    labels: Readonly<Record<string, string>>,
    valueAt: (at: number) => number,
    gaps = 0,
  ): void => {
    const all = sortedLabels([[NAME_LABEL, name], ...Object.entries(labels)]) ?? [];
    const points = Array.from({ length: SAMPLES }, (_, at) => [START + at * 15_000 + 7_000, valueAt(at)] as const);
    series.push({ labels: all, points: points.filter(() => random() >= gaps) });
  };
  for (const job of ['a', 'b'])
    for (const instance of ['1', '2', '3']) {
      let count = 1e6 * (1 + random());
      add(
        'requests_total',
        { job, instance },
        () => (count = random() < 0.01 ? count / 2 : count + Math.floor(random() * 50)),
        0.03,
      );
      for (const zone of ['x1', 'y'])
        add('load', { job, instance, zone }, () => Math.round(random() * 1_000) / 100, 0.02);
      let level = 10;
      add('temperature', { job, instance }, () => (level += random() - 0.5), instance === '3' ? 0.4 : 0);
    }
  for (const [job, team] of [
    ['a', 'red'],
    ['b', 'blue'],
  ] as const)
    add('owner', { job, team }, () => 1);
  for (const job of ['a', 'b']) {
    const counts = [1e6, 2e6, 3e6, 4e6];
    for (const [at, le] of ['0.1', '0.5', '1', '+Inf'].entries())
      add('latency_bucket', { job, le }, () => (counts[at] = (counts[at] as number) + (at + 1) * 3));
  }
  return series;
}

/** OpenMetrics, from which promtool makes Prometheus's own blocks. */
const openMetrics = (series: readonly Series[]): string =>
  [
    ...series.flatMap(({ labels, points }) => {
      const name = labels.find(([label]) => label === NAME_LABEL)?.[1] ?? '';
      const rest = labels.filter(([label]) => label !== NAME_LABEL).map(([label, value]) => `${label}="${value}"`);
      return points.map(([time, value]) => `${name}{${rest.join(',')}} ${value} ${time / 1_000}`);
    }),
    '# EOF',
    '',
  ].join('\n');

interface Answered {
  readonly type: string;
  readonly series: ReadonlyMap<string, readonly (readonly [seconds: number, value: number])[]>;
}

describe.runIf(LONG && isThere('prometheus') && isThere('promtool'))("Debian's Prometheus", () => {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-promql-'));
  const series = made();
  let prometheus: ChildProcess;
  let url = '';

  beforeAll(async () => {
    writeFileSync(join(folder, 'samples'), openMetrics(series));
    mkdirSync(join(folder, 'data'));
    execFileSync('promtool', [
      'tsdb',
      'create-blocks-from',
      'openmetrics',
      join(folder, 'samples'),
      join(folder, 'data'),
    ]);
    writeFileSync(join(folder, 'prometheus.yml'), '');
    const port = await freePort();
    url = `http://127.0.0.1:${port}/api/v1`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    // It answers when it has read its blocks.
    while (
      !(await fetch(`${url}/query?query=1`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await delay(50);
  });
  afterAll(async () => {
    prometheus.kill('SIGTERM');
    await once(prometheus, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  /** Five seconds after a multiple of 15 s: no sample and no step of a subquery lies on the end of a range. */
  const at = (minutes: number): number => START / 1_000 + minutes * 60 + 5;

  async function theirs(query: string, params: Readonly<Record<string, number>>): Promise<Answered | 'error'> {
    const path = 'step' in params ? 'query_range' : 'query';
    const body = new URLSearchParams({
      query,
      ...Object.fromEntries(Object.entries(params).map(([k, v]) => [k, String(v)])),
    });
    const answer = (await (await fetch(`${url}/${path}`, { method: 'POST', body })).json()) as {
      status: string;
      data?: { resultType: string; result: unknown };
    };
    if (answer.data === undefined) return 'error';
    const { resultType, result } = answer.data;
    if (resultType === 'scalar')
      return { type: 'scalar', series: new Map([['', [pointOf(result as [number, string])]]]) };
    const rows = result as { metric: Record<string, string>; value?: [number, string]; values?: [number, string][] }[];
    return {
      type: resultType,
      series: new Map(
        rows.map(({ metric, value, values = [] }) => [
          keyOf(Object.entries(metric)),
          (value ? [value] : values).map(pointOf),
        ]),
      ),
    };
  }

  function ours(query: string, { time, start, end, step }: Readonly<Record<string, number>>): Answered | 'error' {
    try {
      const range = {
        startMs: (start ?? time ?? 0) * 1_000,
        endMs: (end ?? time ?? 0) * 1_000,
        stepMs: (step ?? 0) * 1_000,
        lookbackMs: 300_000,
      };
      const prepared = prepare(query, range);
      const selected = new Map([...prepared.selections].map(([node, selection]) => [node, select(series, selection)]));
      const { result } = run(prepared, selected, { maxSamples: 1e9, maxSteps: 11_000 });
      if (result.type === 'string') return 'error';
      if (result.type === 'scalar')
        return { type: 'scalar', series: new Map([['', [[result.timeMs / 1_000, result.value] as const]]]) };
      return {
        type: result.type,
        series: new Map(
          result.series.map(({ labels, timesMs, values }) => [
            keyOf(labels),
            Array.from(timesMs, (timeMs, place) => [timeMs / 1_000, values[place] as number] as const),
          ]),
        ),
      };
    } catch {
      return 'error';
    }
  }

  test('answers as ours does, whatever is asked', async () => {
    const random = randomOf(SEED + 1);
    const expressions = [...EVERY_KIND, ...Array.from({ length: RANDOM }, () => randomExpression(random))];
    const asked = [{ time: at(61) }, { time: at(20) }, { start: at(15), end: at(75), step: 90 }];
    const differing: string[] = [];
    let [same, errors] = [0, 0];
    for (const query of expressions)
      for (const params of asked) {
        const [one, other] = [await theirs(query, params), ours(query, params)];
        const difference = differenceOf(one, other);
        if (difference !== undefined) differing.push(`${query} at ${JSON.stringify(params)}: ${difference}`);
        else same++;
        if (one === 'error') errors++;
      }
    console.log(`${expressions.length} expressions, ${same} answers alike, ${errors} of them refused by both`);
    expect(expressions.length).toBeGreaterThan(400);
    expect(differing.slice(0, 20)).toEqual([]);
    // Most are to be of something.
    expect(errors).toBeLessThan(same / 4);
  });
});

const pointOf = ([seconds, text]: readonly [number, string]): readonly [number, number] => [
  seconds,
  text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text),
];

const keyOf = (labels: Iterable<readonly [string, string]>): string =>
  JSON.stringify([...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)));

function differenceOf(one: Answered | 'error', other: Answered | 'error'): string | undefined {
  if (one === 'error' || other === 'error')
    return one === other ? undefined : `${one === 'error' ? 'theirs' : 'ours'} is an error`;
  if (one.type !== other.type) return `${one.type}, not ${other.type}`;
  if (one.series.size !== other.series.size) return `${other.series.size} series, not ${one.series.size}`;
  for (const [key, points] of one.series) {
    const own = other.series.get(key);
    if (own?.length !== points.length) return `${own?.length} points of ${key}, not ${points.length}`;
    for (const [place, [time, value]] of points.entries()) {
      const [ownTime, ownValue] = own[place] as readonly [number, number];
      if (Math.abs(time - ownTime) > 1e-6 || !isAlike(value, ownValue))
        return `${ownValue} of ${key} at ${time}, not ${value}`;
    }
  }
  return undefined;
}

function isAlike(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}

function select(series: readonly Series[], { matchers, fromMs, toMs }: Selection): SelectedSeries[] {
  const fits = seriesTest(matchers);
  return series.flatMap(({ labels, points }) => {
    if (!fits(labels)) return [];
    const builder = new SeriesBuilder(labels);
    for (const [time, value] of points) if (time > fromMs && time <= toMs) builder.push(time, value);
    return builder.length === 0 ? [] : [builder.build()];
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
