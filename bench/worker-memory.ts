/**
 * What a process keeps that makes cells of one number, night after night: a worker and a dispatcher in this process, as long as any of them
 * lives; Firestore in another.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectManifest, projectSources } from '../src/cli/project.ts';
import { compose } from '../src/compose.ts';
import { readConfig } from '../src/config/config.ts';
import type { TaskMessage } from '../src/mill/model/message.ts';
import type { MemoryProbe } from '../src/mill/ports/process.ts';
import { readSource, sourceDays } from '../src/mill/sources/read-source.ts';
import { dispatch } from '../src/mill/steps/dispatch/dispatch.ts';
import { loadRanges } from '../src/mill/steps/load/bundled-sources.ts';
import { indexRootData } from '../src/mill/steps/load/index-root-data.ts';
import { loadRootData } from '../src/mill/steps/load/load-root-data.ts';
import { reconcile } from '../src/mill/steps/mend/reconcile.ts';
import { work } from '../src/mill/steps/work/work.ts';
import { addDays } from '../src/values/date.ts';
import { cellsProject, FIRST_DAY } from './cells-project.ts';

const MB = 1_048_576;

/** A year of nights, of a million cells in all; or a tenth of each. */
const WHOLE = { nights: 365, computations: 2_740 };
const QUICK = { nights: 36, computations: 2_740 };

/** Lines of the table. */
const LINES = 10;

export interface Kept {
  readonly nights: number;
  readonly cells: number;
  /** After a collection: V8's heap, and buffers outside of it, in MiB. */
  readonly heapMB: number;
  readonly buffersMB: number;
  readonly rssMB: number;
  /** Processor time of this process for a cell since the line before, in milliseconds. */
  readonly cpuMs: number;
}

export async function measureKept(
  { nights, computations }: { readonly nights: number; readonly computations: number },
  onLine: (kept: Kept) => void = () => {},
): Promise<Kept[]> {
  const project = cellsProject('layers', { computations, days: nights }, nights);
  const file = join(project.root, 'state.sqlite');
  const cloud = fork(join(import.meta.dirname, '../test/support/firestore-process.ts'), [file]);
  try {
    const [{ port }] = (await once(cloud, 'message')) as [{ port: number }];
    const env = { FIRESTORE_EMULATOR_HOST: `127.0.0.1:${port}`, GOOGLE_CLOUD_PROJECT: 'demo-memory' };
    Object.assign(process.env, env);
    const config = readConfig({ ...env, DAYMILL_LOG: 'silent' }, project.root, process.pid);
    const manifest = await projectManifest(config);
    const sent: TaskMessage[] = [];
    const queue = { publish: (messages: readonly TaskMessage[]) => Promise.resolve(void sent.push(...messages)) };
    const worker = { ...compose(config, manifest), queue };
    const planner = { ...compose(config, manifest), queue };
    const last = addDays(FIRST_DAY, nights - 1);
    await loadRootData(await loadRanges(await projectSources(config, manifest), last, planner.rootData), {
      ...planner,
      readSource,
      sourceDays,
    });
    const kept: Kept[] = [];
    let [cells, cpu, before] = [0, process.cpuUsage(), 0];
    await indexRootData(planner);
    for (let night = 1; night <= nights; night++) {
      const date = addDays(FIRST_DAY, night - 1);
      for (;;) {
        const { runId } = await dispatch({ from: date, date }, planner);
        if (runId === null) break;
        for (const message of sent.splice(0)) await work(message, worker);
        cells += (await planner.runs.read(runId))?.cells ?? 0;
      }
      await reconcile(planner);
      if (night % Math.max(1, Math.floor(nights / LINES)) !== 0) continue;
      const { user, system } = process.cpuUsage(cpu);
      const line = { nights: night, cells, ...memory(worker.probe), cpuMs: (user + system) / 1_000 / (cells - before) };
      [cpu, before] = [process.cpuUsage(), cells];
      kept.push(line);
      onLine(line);
    }
    await worker.close();
    await planner.close();
    return kept;
  } finally {
    cloud.kill('SIGKILL');
    project.remove();
    rmSync(file, { force: true });
  }
}

function memory(probe: MemoryProbe): Pick<Kept, 'heapMB' | 'buffersMB' | 'rssMB'> {
  probe.collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMB: heapUsed / MB, buffersMB: external / MB, rssMB: rss / MB };
}

/** Prints a table in Markdown. */
export async function benchWorkerMemory({ quick }: { readonly quick: boolean }): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  process.stdout.write('| nights | cells | heap, MB | buffers, MB | resident, MB | processor time a cell, ms |\n');
  process.stdout.write('|--:|--:|--:|--:|--:|--:|\n');
  await measureKept(quick ? QUICK : WHOLE, ({ nights, cells, heapMB, buffersMB, rssMB, cpuMs }) => {
    const figures = [heapMB, buffersMB, rssMB].map((one) => one.toFixed(0)).join(' | ');
    process.stdout.write(`| ${nights} | ${cells.toLocaleString('en')} | ${figures} | ${cpuMs.toFixed(2)} |\n`);
  });
}
