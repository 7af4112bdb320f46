/** The local cloud with real processes as `daymill run` has them, kept running from night to night, and the clock that all of them share. */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { type Daymill, startFunctions, WORKFLOW } from '../src/cli/local/local-cloud.ts';
import { takeManifest, writeManifestNow } from '../src/cli/local/page-service.ts';
import { stateFile } from '../src/cli/local/state-file.ts';
import { projectSources } from '../src/cli/project.ts';
import { compose, type Ports } from '../src/compose.ts';
import { type Config, readConfig } from '../src/config/config.ts';
import { workflowsPipeline } from '../src/google/mill/workflows-pipeline.ts';
import type { Execution } from '../src/google/workflows-client.ts';
import { readSource, sourceDays } from '../src/mill/sources/read-source.ts';
import { readManifest } from '../src/mill/manifest/read-manifest.ts';
import { loadRanges } from '../src/mill/steps/load/bundled-sources.ts';
import { loadRootData } from '../src/mill/steps/load/load-root-data.ts';
import { runByHand } from '../src/mill/steps/mend/by-hand.ts';
import { startDay } from '../src/mill/steps/mend/start-day.ts';
import type { Day } from '../src/values/date.ts';
import { type Census, takeCensus } from './year-census.ts';
import type { CloudReport, CloudRequest, Usage } from './year-cloud.ts';
import { type ProcessMemory, YEAR_FOLDER } from './year-process.ts';

export interface YearMill {
  /** From now on it is so many milliseconds since 1970, everywhere. */
  moveTo(ms: number): void;
  /** Loads what the files have, as `daymill run` does. */
  load(date: Day): Promise<void>;
  /** Deploys the code as it is now: its manifest, and new processes. */
  deploy(): Promise<void>;
  /** Runs the days up to `date`. */
  run(date: Day, options: { readonly byHand: boolean }): Promise<Execution>;
  /** SIGKILL to the next worker that says something: it is in the middle of a task. */
  killNextWorker(): void;
  usage(): Promise<Usage>;
  census(): Census;
  /** By function, and `cloud`, of the oldest process each. */
  memory(): Promise<ReadonlyMap<string, ProcessMemory>>;
  readonly ports: Ports;
  close(): Promise<void>;
}

/** As often as `daymill run` asks. */
const POLL_MS = 25;

/** What waits for a lease to lapse waits shortly; a wave of some days has more tasks than one document counts. */
const SETTINGS = { DAYMILL_LEASE_SECONDS: '2', DAYMILL_HEARTBEAT_SECONDS: '0.5', DAYMILL_LANES: '40' };

export async function startYearMill(root: string, from: Day, onTrouble: (text: string) => void): Promise<YearMill> {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-year-clock-'));
  const clock = join(folder, 'clock');
  writeFileSync(clock, '0');
  const preload = pathToFileURL(join(import.meta.dirname, 'year-process.ts')).href;
  const shared = { [YEAR_FOLDER]: folder, NODE_OPTIONS: `--import ${preload}` };
  const cloud = await startCloudProcess(root, shared);
  Object.assign(process.env, cloud.env);
  const config: Config = { ...readConfig({ ...SETTINGS, ...cloud.env }, root, process.pid), logLevel: 'silent' };
  await makeManifest(config);
  let [isAfterWorker, movedMs] = [false, 0];
  const daymill = await startFunctions(
    config,
    { env: cloud.env, close: () => cloud.close(), pubsub: { close: () => cloud.tell('idle') } },
    {
      env: { PATH: process.env['PATH'], HOME: root, ...SETTINGS, ...shared },
      onLog: ({ source, severity, message }) => {
        if (isAfterWorker && source === 'work') {
          isAfterWorker = false;
          const [worker] = processesOf('work');
          if (worker !== undefined) process.kill(worker, 'SIGKILL');
        }
        if (severity !== 'INFO' && severity !== 'DEBUG') onTrouble(message);
      },
      announce: 'never',
    },
  );
  let ports = compose(config);
  return {
    get ports() {
      return ports;
    },
    moveTo(ms) {
      movedMs = ms - Date.now();
      writeFileSync(clock, String(movedMs));
    },
    async load(date) {
      const sources = await projectSources(config, ports.manifest);
      const reading = { ...ports, readSource, sourceDays };
      await loadRootData(await loadRanges(sources, date, ports.rootData), reading);
    },
    async deploy() {
      await makeManifest(config);
      await Promise.all([...daymill.services.values()].map((service) => service.restart()));
      await ports.close();
      ports = compose(config, readManifest(config.manifestFile));
    },
    run: (date, { byHand }) =>
      runDay({ from, date }, { daymill, ports, clock: { ...ports.clock, now: () => Date.now() + movedMs }, byHand }),
    killNextWorker: () => {
      isAfterWorker = true;
    },
    usage: () => cloud.usage(),
    census: () => takeCensus(stateFile(config), cloud.pid),
    memory: async () => {
      const found = new Map<string, ProcessMemory>();
      for (const [name, pid] of [
        ...TARGETS.map((target) => [target, processesOf(target)[0]] as const),
        ['cloud', cloud.pid] as const,
      ])
        if (pid !== undefined) found.set(name, await memoryOf(pid, folder));
      return found;
    },
    async close() {
      await ports.close();
      await daymill.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const TARGETS = ['index', 'preflight', 'dispatch', 'work', 'reconcile'] as const;

async function makeManifest(config: Config): Promise<void> {
  // In a process of its own: this one has the old modules.
  if (!(await writeManifestNow(config, { PATH: process.env['PATH'] }, 'inherit')))
    throw new Error('there is no manifest');
  takeManifest(config);
}

async function runDay(
  days: { readonly from: Day; readonly date: Day },
  {
    daymill,
    ports,
    clock,
    byHand,
  }: {
    readonly daymill: Omit<Daymill, 'cloud'>;
    readonly ports: Ports;
    readonly clock: Ports['clock'];
    readonly byHand: boolean;
  },
): Promise<Execution> {
  const { workflows, functionUrls } = daymill;
  const own = {
    ...ports,
    clock,
    pipeline: workflowsPipeline({ workflows, workflow: WORKFLOW, functions: functionUrls }),
  };
  const started = byHand
    ? (await runByHand(days, { by: 'bench', reason: 'a year of nights' }, own)).report
    : await startDay(days, own);
  let execution = await workflows.read(started.execution);
  while (execution.state === 'ACTIVE' || execution.state === 'QUEUED') {
    await delay(POLL_MS);
    execution = await workflows.read(execution.name);
  }
  return execution;
}

async function startCloudProcess(root: string, env: Readonly<Record<string, string>>) {
  const child: ChildProcess = fork(join(import.meta.dirname, 'year-cloud.ts'), [root], {
    env: { ...process.env, ...env },
  });
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the local cloud ended with ${code}`)));
  });
  // Whoever waits for an answer hears of it.
  ended.catch(() => {});
  const heard = (is: (report: CloudReport) => boolean, request?: CloudRequest): Promise<CloudReport> => {
    const answer = new Promise<CloudReport>((resolve) => {
      const hear = (report: CloudReport): void => {
        if (!is(report)) return;
        child.off('message', hear);
        resolve(report);
      };
      child.on('message', hear);
    });
    if (request !== undefined) child.send(request);
    return Promise.race([answer, ended]);
  };
  const started = await heard((report) => typeof report === 'object' && 'env' in report);
  return {
    env: (started as { env: Record<string, string> }).env,
    pid: child.pid as number,
    tell: async (request: 'idle') => void (await heard((report) => report === 'idle', request)),
    usage: async () => {
      const report = await heard((each) => typeof each === 'object' && 'usage' in each, 'usage');
      return (report as { usage: Usage }).usage;
    },
    close: async () => {
      await heard((report) => report === 'closed', 'close');
      await ended.catch(() => {});
    },
  };
}

/** That this process has started itself, oldest first, by what Linux tells. */
function processesOf(target: string): number[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  return children.filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(`--target=${target}`);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

async function memoryOf(pid: number, folder: string): Promise<ProcessMemory> {
  const file = join(folder, `memory-${pid}`);
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  while (!existsSync(file)) await delay(POLL_MS);
  return JSON.parse(readFileSync(file, 'utf8')) as ProcessMemory;
}
