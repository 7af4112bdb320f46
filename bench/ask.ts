/**
 * Asking: panels over compacted days and over rollups, through the store, beside Debian's VictoriaMetrics with the same samples; the evaluator
 * alone; an export; readers of the live stream. Processor time as Linux counts it, documents as the embedded Firestore does.
 */
import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { composeMeter, type MeterPorts } from '../src/compose-meter.ts';
import { readConfig } from '../src/config/config.ts';
import { exportTable } from '../src/meter/answers/export/export.ts';
import { importLines } from '../src/meter/answers/export/import-lines.ts';
import { answerQuery } from '../src/meter/answers/query/query.ts';
import { Samples } from '../src/meter/model/samples.ts';
import { NAME_LABEL, type Series, sortedLabels } from '../src/meter/model/series.ts';
import { prepare, run } from '../src/meter/promql/query.ts';
import type { SelectedSeries } from '../src/meter/promql/selection.ts';
import { compactDay } from '../src/meter/steps/compact/compact-day.ts';
import { rollUpDay } from '../src/meter/steps/compact/roll-up-day.ts';
import { processUsage } from '../src/process/process-usage.ts';
import { type Format, FORMATS, writeTable } from '../src/tables/formats.ts';
import { addDays, daysFrom } from '../src/values/date.ts';

const DAY_MS = 86_400_000;
const STEP_MS = 15_000;
const FIRST = '2026-03-01';
const ORGANIZATION = 'acme';
const REPEATS = 20;

export async function benchAsk({ quick }: { readonly quick: boolean }): Promise<void> {
  const [series, days] = quick ? [100, 3] : [100, 30];
  print(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}\n`);
  benchEvaluator(quick ? 100 : 1_000);
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-ask-'));
  const firestore = fork(new URL('../test/support/firestore-process.ts', import.meta.url), [join(folder, 'state.db')]);
  const [{ port }] = (await once(firestore, 'message')) as [{ port: number }];
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${port}`;
  const ports = composeMeter(readConfig({ DAYMILL_PROJECT: 'demo-bench', DAYMILL_LOG: 'silent' }, folder, process.pid));
  try {
    await fill(ports, series, days);
    await withVictoria(ports, days, (victoria) => benchPanels(ports, victoria, days));
    await benchExport(ports);
  } finally {
    await ports.close();
    firestore.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const START = Date.parse(`${FIRST}T00:00:00Z`);

const seriesOf = (number: number): Series => ({
  labels:
    sortedLabels([
      [NAME_LABEL, 'cpu_seconds_total'],
      ['host', `host-${number >> 2}`],
      ['mode', ['idle', 'user', 'system', 'wait'][number & 3] ?? ''],
    ]) ?? [],
});

async function fill(ports: MeterPorts, series: number, days: number): Promise<void> {
  const begun = performance.now();
  const counts = new Float64Array(series);
  const numbers = Uint32Array.from({ length: series }, (_, number) => number);
  const PER_SEGMENT = 40;
  for (const day of daysFrom(FIRST, addDays(FIRST, days - 1))) {
    const key = { organization: ORGANIZATION, day };
    const ids = Uint32Array.from((await ports.days.identify(key, numbers, seriesOf, 1e6)) as number[]);
    const start = Date.parse(`${day}T00:00:00Z`);
    for (let scrape = 0; scrape < DAY_MS / STEP_MS; scrape += PER_SEGMENT) {
      const samples = new Samples();
      for (let number = 0; number < series; number++)
        for (let at = 0; at < PER_SEGMENT; at++) {
          counts[number] = Math.round(((counts[number] as number) + Math.random() * 15) * 100) / 100;
          samples.pushDouble(number, start + (scrape + at) * STEP_MS + 3, counts[number] as number);
        }
      await ports.days.commit([{ samples: [{ ...key, samples, ids }], events: [], claims: [], documents: [] }]);
    }
    const own = { ...ports, clock: { ...ports.clock, now: () => start + 3 * DAY_MS } };
    await compactDay(key, true, own);
    await rollUpDay(key, own);
  }
  const total = series * days * (DAY_MS / STEP_MS);
  print(
    `${series} series x ${days} days, ${total.toLocaleString('en')} samples, written, compacted and rolled up in ${seconds(begun)}\n`,
  );
}

const seconds = (begun: number): string => `${((performance.now() - begun) / 1_000).toFixed(1)} s`;

interface Panel {
  readonly name: string;
  readonly query: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

const panelsOf = (days: number): Panel[] => {
  const end = START + days * DAY_MS;
  return [
    {
      name: '24 h x 100 series, rate',
      query: 'sum by (mode) (rate(cpu_seconds_total[5m]))',
      startMs: end - DAY_MS,
      endMs: end,
      stepMs: 300_000,
    },
    {
      name: '24 h x 25 series',
      query: 'cpu_seconds_total{mode="user"}',
      startMs: end - DAY_MS,
      endMs: end,
      stepMs: 300_000,
    },
    {
      name: `${days} days, rolled up`,
      query: 'sum by (mode) (rate(cpu_seconds_total[1h]))',
      startMs: START + DAY_MS / 24,
      endMs: end,
      stepMs: 3_600_000,
    },
    { name: 'last values', query: 'cpu_seconds_total', startMs: end - 1_000, endMs: end - 1_000, stepMs: 0 },
  ];
};

async function benchPanels(ports: MeterPorts, victoria: Victoria | undefined, days: number): Promise<void> {
  print('| panel | p50 | p99 | processor | documents | VictoriaMetrics p50 | its processor | ours of it |');
  print('|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const panel of panelsOf(days)) {
    const documents = await documentsOf(ports, panel);
    const ours = await timed(async () => {
      await answerQuery(ORGANIZATION, panel, ports, new AbortController().signal);
    }, process.pid);
    const theirs = victoria === undefined ? undefined : await timed(() => victoria.ask(panel), victoria.pid);
    const cells =
      theirs === undefined
        ? ['–', '–', '–']
        : [ms(theirs.p50), ms(theirs.cpu), `${(ours.cpu / Math.max(theirs.cpu, 0.5)).toFixed(1)}x`];
    print(`| ${[panel.name, ms(ours.p50), ms(ours.p99), ms(ours.cpu), documents, ...cells].join(' | ')} |`);
  }
  print('');
}

const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** Documents of chunks, rollups, indexes, heads and segments that one question reads. */
async function documentsOf(ports: MeterPorts, panel: Panel): Promise<number> {
  let documents = 0;
  const counting = <A extends unknown[], T>(act: (...given: A) => AsyncIterable<T>, of = 1) =>
    async function* (...given: A): AsyncGenerator<T> {
      // The index before and after.
      documents += of;
      for await (const one of act(...given)) {
        documents++;
        yield one;
      }
    };
  const { days, chunks } = ports;
  const counted = {
    days: {
      dictionary: (key: Parameters<typeof days.dictionary>[0]) => {
        documents++;
        return days.dictionary(key);
      },
      segments: counting((...given: Parameters<typeof days.segments>) => days.segments(...given), 2),
    },
    chunks: {
      index: (key: Parameters<typeof chunks.index>[0]) => {
        documents++;
        return chunks.index(key);
      },
      rollups: counting((...given: Parameters<typeof chunks.rollups>) => chunks.rollups(...given), 0),
    },
  };
  const { selectSamples } = await import('../src/meter/answers/query/select-samples.ts');
  const limits = { maxSamples: 1e9, maxSeries: 1e9 };
  const select: MeterPorts['select'] = (organization, selection, _, signal) =>
    selectSamples(organization, selection, limits, counted, signal);
  await answerQuery(ORGANIZATION, panel, { ...ports, select }, new AbortController().signal);
  return documents;
}

async function timed(
  act: () => Promise<void>,
  pid: number,
): Promise<{ readonly p50: number; readonly p99: number; readonly cpu: number }> {
  await act();
  const before = processUsage(pid)?.cpuMs ?? 0;
  const times: number[] = [];
  for (let at = 0; at < REPEATS; at++) {
    const begun = performance.now();
    await act();
    times.push(performance.now() - begun);
  }
  times.sort((a, b) => a - b);
  const cpu = ((processUsage(pid)?.cpuMs ?? 0) - before) / REPEATS;
  return { p50: times[REPEATS >> 1] as number, p99: times.at(-1) as number, cpu };
}

interface Victoria {
  readonly pid: number;
  ask(panel: Panel): Promise<void>;
}

async function withVictoria(
  ports: MeterPorts,
  days: number,
  act: (victoria: Victoria | undefined) => Promise<void>,
): Promise<void> {
  try {
    execFileSync('victoria-metrics', ['--version'], { stdio: 'ignore' });
  } catch {
    return act(undefined);
  }
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-victoria-'));
  const url = 'http://127.0.0.1:18429';
  const options = [
    '-httpListenAddr=127.0.0.1:18429',
    `-storageDataPath=${folder}`,
    '-retentionPeriod=10y',
    '-search.disableCache',
  ];
  const child: ChildProcess = spawn('victoria-metrics', options, { stdio: 'ignore' });
  try {
    while (
      !(await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await delay(100);
    const all = {
      matchers: [{ name: NAME_LABEL, operator: '=~', value: '.*' }],
      fromMs: -Infinity,
      toMs: Infinity,
    } as const;
    for (const day of daysFrom(FIRST, addDays(FIRST, days - 1)))
      for await (const body of importLines({ organization: ORGANIZATION, day }, all, ports))
        await (await fetch(`${url}/api/v1/import`, { method: 'POST', body })).arrayBuffer();
    await fetch(`${url}/internal/force_flush`);
    await act({
      pid: child.pid ?? 0,
      async ask({ query, startMs, endMs, stepMs }) {
        const params =
          stepMs === 0
            ? { query, time: `${startMs / 1_000}` }
            : { query, start: `${startMs / 1_000}`, end: `${endMs / 1_000}`, step: `${stepMs / 1_000}` };
        const path = stepMs === 0 ? 'query' : 'query_range';
        const answer = await fetch(`${url}/api/v1/${path}?nocache=1&${String(new URLSearchParams(params))}`);
        if (!answer.ok) throw new Error(await answer.text());
        await answer.arrayBuffer();
      },
    });
  } finally {
    child.kill('SIGINT');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Samples in memory, as decoded. */
function benchEvaluator(count: number): void {
  const length = DAY_MS / STEP_MS;
  const timesMs = Float64Array.from({ length }, (_, at) => START + at * STEP_MS + 3);
  const made = (labels: Series['labels']): SelectedSeries => {
    let sum = 0;
    return { labels, timesMs, values: Float64Array.from({ length }, () => (sum += Math.random() * 15)) };
  };
  const counters = Array.from({ length: count }, (_, number) => made(seriesOf(number).labels));
  const buckets = Array.from({ length: count }, (_, number) =>
    made(
      sortedLabels([
        [NAME_LABEL, 'latency_bucket'],
        ['host', `host-${Math.floor(number / 10)}`],
        ['le', number % 10 === 9 ? '+Inf' : String(2 ** (number % 10))],
      ]) ?? [],
    ),
  );
  const range = { startMs: START + 3_600_000, endMs: START + DAY_MS, stepMs: 60_000, lookbackMs: 300_000 };
  print(
    `| evaluator alone, ${count} series x ${length} samples, ${(range.endMs - range.startMs) / range.stepMs + 1} steps | time | samples a second |`,
  );
  print('|---|--:|--:|');
  for (const [query, selected] of [
    ['sum by (mode) (rate(cpu_seconds_total[5m]))', counters],
    ['max_over_time(cpu_seconds_total[5m])', counters],
    ['cpu_seconds_total / 2 > 100', counters],
    ['histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))', buckets],
  ] as const) {
    const prepared = prepare(query, range);
    const byNode = new Map([...prepared.selections.keys()].map((node) => [node, selected]));
    const times = Array.from({ length: 5 }, () => {
      const begun = performance.now();
      run(prepared, byNode, { maxSamples: Infinity, maxSteps: 11_000 });
      return performance.now() - begun;
    }).sort((a, b) => a - b);
    const median = times[2] as number;
    print(`| \`${query}\` | ${ms(median)} | ${((count * length) / median / 1_000).toFixed(1)} M |`);
  }
  print('');
}

async function benchExport(ports: MeterPorts): Promise<void> {
  print('| export of a day | samples a second | memory |');
  print('|---|--:|--:|');
  const samples = (await ports.days.content({ organization: ORGANIZATION, day: FIRST }, 'samples'))?.items ?? 0;
  const all = [{ name: NAME_LABEL, operator: '=~', value: '.*' }] as const;
  const measure = async (name: string, chunks: () => AsyncIterable<unknown>): Promise<void> => {
    globalThis.gc?.();
    const [before, begun] = [process.memoryUsage().rss, performance.now()];
    let most = before;
    for await (const _ of chunks()) most = Math.max(most, process.memoryUsage().rss);
    const rate = (samples / (performance.now() - begun)) * 1_000;
    print(`| ${name} | ${Math.round(rate / 1_000)} k | ${Math.round((most - before) / 1_048_576)} MB more |`);
  };
  const request = {
    organization: ORGANIZATION,
    kind: 'samples' as const,
    from: FIRST,
    to: FIRST,
    matchers: all,
    seesPeople: true,
  };
  for (const format of FORMATS as readonly Format[])
    await measure(format, () => writeTable(exportTable(request, ports), format));
  const key = { organization: ORGANIZATION, day: FIRST };
  await measure("VictoriaMetrics' lines", () =>
    importLines(key, { matchers: all, fromMs: -Infinity, toMs: Infinity }, ports),
  );
}
