/**
 * Twenty years of the market's computations at once: the bare loop over their functions, and a backfill by the real steps, with
 * dispatcher and worker in this process and Firestore in another.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { projectSources, projectManifest } from '../src/cli/project.ts';
import { compose } from '../src/compose.ts';
import { crossing50200 } from '../src/computations/market/crossing-50-200.ts';
import { dailyReturn } from '../src/computations/market/daily-return.ts';
import { drawdown } from '../src/computations/market/drawdown.ts';
import { regimeSpell } from '../src/computations/market/regime-spell.ts';
import { regime } from '../src/computations/market/regime.ts';
import { rsi14 } from '../src/computations/market/rsi-14.ts';
import { sp500 } from '../src/computations/market/sp500.ts';
import { volatility20 } from '../src/computations/market/volatility-20.ts';
import { readConfig } from '../src/config/config.ts';
import type { Usage } from '../src/emulators/firestore/usage.ts';
import type { Computation } from '../src/mill/model/computation.ts';
import type { TaskMessage } from '../src/mill/model/message.ts';
import type { Dated, Need } from '../src/mill/model/need.ts';
import { readSource, sourceDays } from '../src/mill/sources/read-source.ts';
import { dispatch } from '../src/mill/steps/dispatch/dispatch.ts';
import { loadRanges } from '../src/mill/steps/load/bundled-sources.ts';
import { indexRootData } from '../src/mill/steps/load/index-root-data.ts';
import { loadRootData } from '../src/mill/steps/load/load-root-data.ts';
import { work } from '../src/mill/steps/work/work.ts';
import { addDays, type Day } from '../src/values/date.ts';
import { linkDaymill } from '../test/support/link-packages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FROM = '2000-01-03';
const TO = '2020-04-17';
/** Of `--quick`. */
const QUICK_TO = '2002-12-31';

/** What is read comes before what reads it. */
const MARKET: readonly Computation[] = [dailyReturn, volatility20, drawdown, crossing50200, regime, regimeSpell, rsi14];

/** Prints a table in Markdown. */
export async function benchBackfill({ quick }: { readonly quick: boolean }): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const to = quick ? QUICK_TO : TO;
  const loop = await bareLoop(to);
  process.stdout.write(
    `Bare loop: ${loop.cells} cells of ${MARKET.length} computations, ${loop.seconds.toFixed(2)} s of processor time, the file read and parsed in ${loop.reading.toFixed(2)} s before\n\n`,
  );
  const { cells, seconds, cpu, dispatching, usage, waves } = await backfill(to);
  process.stdout.write(
    '| cells | seconds | processor s | : dispatching | cells/s | ms a cell | waves | reads | writes | RPCs |\n',
  );
  process.stdout.write('|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n');
  process.stdout.write(
    `| ${[cells, seconds.toFixed(1), cpu.toFixed(1), dispatching.toFixed(1), (cells / seconds).toFixed(0), ((cpu / cells) * 1_000).toFixed(2), waves, usage.reads, usage.writes, usage.rpcs].join(' | ')} |\n`,
  );
}

/** One pass over the days; the windows are slices of what the days before have left. */
export async function bareLoop(to: Day): Promise<{ cells: number; seconds: number; reading: number }> {
  const started = process.cpuUsage();
  const prices: Dated<unknown>[] = [];
  for await (const { date, rows } of readSource(sp500.source as never, { root: ROOT, from: FROM, to }))
    prices.push({ date, value: sp500.schema.parse(rows[0]) });
  const reading = secondsSince(started);
  const computing = process.cpuUsage();
  const series = new Map<unknown, Series>([
    [sp500, new Series()],
    ...MARKET.map((one) => [one, new Series()] as const),
  ]);
  const of = (source: unknown): Series => series.get(source) as Series;
  let cells = 0;
  for (const day of prices) {
    of(sp500).days.push(day);
    for (const computation of MARKET) {
      const own = of(computation);
      const inputs = Object.fromEntries(
        Object.entries(computation.needs).map(([key, need]) => [key, inputOf(need, day.date, own, of)]),
      );
      if (computation.work.shape !== 'compute') throw new Error(`${computation.name} streams`);
      own.days.push({ date: day.date, value: computation.work.compute(inputs, { date: day.date }) });
      cells++;
    }
  }
  return { cells, seconds: secondsSince(computing), reading };
}

function inputOf(need: Need, date: Day, own: Series, of: (source: unknown) => Series): unknown {
  switch (need.kind) {
    case 'previous': {
      const result = own.days.at(-1)?.value;
      if (need.seed === undefined) return result;
      return result === undefined ? { seed: of(need.seed.of).window(need.seed.days, date) } : { result, seed: [] };
    }
    case 'history':
      return of(need.of).window(need.days, date);
    case 'dependency':
    case 'document':
      return of(need.of).days.at(-1)?.value;
    default:
      throw new Error(`the market reads no ${need.kind}`);
  }
}

/** Values by day, oldest first, and for each length of window where it begins. */
class Series {
  readonly days: Dated<unknown>[] = [];
  readonly #starts = new Map<number, number>();

  window(length: number, date: Day): readonly Dated<unknown>[] {
    const from = addDays(date, -length);
    let start = this.#starts.get(length) ?? 0;
    while ((this.days[start]?.date ?? date) < from) start++;
    this.#starts.set(length, start);
    return this.days.slice(start, this.days.at(-1)?.date === date ? -1 : undefined);
  }
}

const secondsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

interface Backfilled {
  readonly cells: number;
  readonly seconds: number;
  /** Processor time of dispatcher and worker, without Firestore. */
  readonly cpu: number;
  readonly dispatching: number;
  readonly waves: number;
  readonly usage: Usage;
}

async function backfill(to: Day): Promise<Backfilled> {
  const root = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  marketProject(root, to);
  const cloud = fork(join(ROOT, 'test/support/firestore-process.ts'), [join(root, 'state.sqlite')]);
  try {
    const [{ port }] = (await once(cloud, 'message')) as [{ port: number }];
    const env = { FIRESTORE_EMULATOR_HOST: `127.0.0.1:${port}`, GOOGLE_CLOUD_PROJECT: 'demo-backfill' };
    Object.assign(process.env, env);
    const config = readConfig({ ...env, DAYMILL_LOG: 'silent' }, root, process.pid);
    const manifest = await projectManifest(config);
    const sent: TaskMessage[] = [];
    const queue = { publish: (messages: readonly TaskMessage[]) => Promise.resolve(void sent.push(...messages)) };
    const worker = { ...compose(config, manifest), queue };
    const planner = { ...compose(config, manifest), queue };
    const ranges = await loadRanges(await projectSources(config, manifest), to, planner.rootData);
    await loadRootData(ranges, { ...planner, readSource, sourceDays });
    await indexRootData(planner);
    const usageOf = async (): Promise<Usage> => {
      cloud.send('usage');
      const [{ usage }] = (await once(cloud, 'message')) as [{ usage: Usage }];
      return usage;
    };
    const before = await usageOf();
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    let [cells, waves, dispatching] = [0, 0, 0];
    for (;;) {
      const planning = process.cpuUsage();
      const { runId } = await dispatch({ from: FROM, date: to }, planner);
      dispatching += secondsSince(planning);
      if (runId === null) break;
      waves++;
      for (const message of sent.splice(0)) await work(message, { ...worker, tier: message.resources });
      cells += (await planner.runs.read(runId))?.cells ?? 0;
    }
    const [seconds, spent, after] = [(performance.now() - started) / 1_000, secondsSince(cpu), await usageOf()];
    await worker.close();
    await planner.close();
    const usage = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - before[name as keyof Usage]]),
    ) as unknown as Usage;
    return { cells, seconds, cpu: spent, dispatching, waves, usage };
  } finally {
    cloud.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  }
}

/** The market's computations as a project of their own, with what they import. */
function marketProject(root: string, to: Day): void {
  for (const folder of ['market', 'statistics'])
    cpSync(join(ROOT, 'src/computations', folder), join(root, 'src/computations', folder), { recursive: true });
  writeFileSync(join(root, 'src/index.ts'), "export * from 'daymill';\n");
  linkDaymill(root);
  for (const name of ['zod', 'vega-datasets'])
    symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name));
  mkdirSync(join(root, 'src/computations'), { recursive: true });
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ type: 'module', daymill: { computations: 'src/computations', from: FROM, date: to } }),
  );
}
