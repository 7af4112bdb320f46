/** Loads root data, runs a day's workflow, on the local cloud or the deployed one, and says what ran and what it found. */
import { setTimeout as delay } from 'node:timers/promises';
import { compose, type Ports } from '../compose.ts';
import { workflowsPipeline } from '../google/mill/workflows-pipeline.ts';
import { type Execution, executionIdOf } from '../google/workflows-client.ts';
import { writeManifest } from '../mill/manifest/read-manifest.ts';
import type { Asking } from '../mill/model/action.ts';
import type { Manifest } from '../mill/model/manifest.ts';
import { NO_DAYS } from '../mill/planning/day-set.ts';
import { readSource, sourceDays } from '../mill/sources/read-source.ts';
import { isLoaded, type LoadRange, loadRanges } from '../mill/steps/load/bundled-sources.ts';
import { loadRootData } from '../mill/steps/load/load-root-data.ts';
import { survey } from '../mill/steps/dispatch/survey.ts';
import { runByHand } from '../mill/steps/mend/by-hand.ts';
import { startDay } from '../mill/steps/mend/start-day.ts';
import { type Context, type ExitCode, Interrupted } from './command.ts';
import type { Days } from '../mill/answers/foresee.ts';
import { openDeployedCloud } from './deployed-cloud.ts';
import { openRunCloud, type RunCloud } from './local/run-cloud.ts';
import { fileReaders, projectSources } from './project.ts';
import { type RunProgress, watchRun } from './run-progress.ts';
import { runPrice } from '../mill/answers/run-price.ts';
import { summarize } from '../mill/answers/run-summary.ts';
import { hasFailed, printSummary } from './print-summary.ts';
import { workflowTrouble } from './workflow-trouble.ts';
import { tellLocale } from './tell-locale.ts';
import type { CommandPorts } from './with-ports.ts';

/** What is done before anything is loaded: the days to run, and what the summary says beside. Undefined when there is nothing to run for. */
export type Prepare = (ports: CommandPorts) => Promise<Prepared | undefined>;

export interface Prepared {
  readonly days: Days;
  /** Names of the computations that are run; all when absent. */
  readonly computations?: readonly string[];
  /** Puts the run on record. */
  readonly asking?: Asking | undefined;
  readonly beside?: Readonly<Record<string, unknown>>;
  /** Whether something runs though nothing has changed. */
  readonly expectsWork?: boolean;
}

export async function runPipeline(
  manifest: Manifest,
  prepare: Prepare,
  context: Pick<Context, 'config' | 'output' | 'env' | 'interrupted'>,
): Promise<ExitCode> {
  const { config, output, env } = context;
  const startedMs = performance.now();
  const sources = await projectSources(config, manifest);
  const progress = watchRun(output, manifest);
  const stop = new AbortController();
  void context.interrupted().then(() => stop.abort());
  tellLocale(output);
  const { target } = config;
  const cloud = await (target === undefined
    ? openRunCloud(config, { env, onLog: progress.onLog })
    : openDeployedCloud(target, env));
  try {
    // Not before the state file is ours: another run's workers read the manifest too.
    const isNews = target === undefined && writeManifest(config.manifestFile, manifest);
    let warm = isNews ? cloud.warm() : undefined;
    const ports = compose({ ...config, ...cloud.settings, logLevel: 'silent' }, manifest);
    cloud.open(ports);
    try {
      if (cloud.aloneSinceMs !== undefined) await ports.tasks.expireLeases(cloud.aloneSinceMs);
      const prepared = await prepare({ ...ports, ...fileReaders(config) });
      if (prepared === undefined) return 1;
      const { days, computations, asking, beside, expectsWork = false } = prepared;
      const { sequence: before, datasets, standings, open } = await ports.planning.load();
      progress.learn(
        new Map([...standings].flatMap(([name, { typical }]) => (typical ? [[name, typical.seconds]] : []))),
      );
      const lost = new Map([...datasets].map(([name, { doubted = NO_DAYS }]) => [name, doubted]));
      const ranges = await loadRanges(sources, days.date, ports.rootData, lost);
      if (expectsWork || open.length > 0 || !ranges.every(isLoaded)) warm ??= cloud.warm();
      await load(ranges, ports, { progress, stop: stop.signal });
      await warm;
      const execution = await execute(
        { ...days, ...(computations === undefined ? {} : { computations }), asking },
        ports,
        cloud,
        stop.signal,
      );
      progress.end();
      const dispatchId = executionIdOf(execution);
      const after = await survey({ from: days.from, to: days.date, dispatchId }, ports);
      const cancelled = (await ports.controls.read()).cancelled.includes(dispatchId);
      const { waves = 0 } = JSON.parse(execution.result ?? '{}') as { waves?: number };
      const firestore = cloud.firestoreUsage();
      const found = await summarize(
        {
          date: days.date,
          ...(computations === undefined ? {} : { only: new Set(computations) }),
          runs: waves,
          before,
          after,
          trouble: workflowTrouble(execution, cancelled),
          seconds: (performance.now() - startedMs) / 1_000,
          firestore,
          priceOf: await runPrice({ after, waves, firestore, prices: config.prices.table }, ports),
        },
        ports,
      );
      printSummary(found, output, beside);
      return hasFailed(found.summary) ? 1 : 0;
    } finally {
      progress.end();
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}

async function load(
  ranges: readonly LoadRange[],
  ports: Ports,
  { progress, stop }: { readonly progress: RunProgress; readonly stop: AbortSignal },
): Promise<void> {
  progress.loads(ranges);
  await loadRootData(
    ranges,
    { ...ports, readSource, sourceDays },
    {
      onBegin: progress.onLoad,
      onDay: (dataset, day) => {
        if (stop.aborted) throw new Interrupted('Interrupted. The days that were loaded stay; run again to go on.');
        progress.onLoad(dataset, day);
      },
    },
  );
  progress.end();
}

/** Of the time that an execution took so far: to ask for its state is work, for a local cloud in this very process. */
const POLL_SHARE = 0.01;

async function execute(
  { asking, ...asked }: Days & Pick<Prepared, 'computations' | 'asking'>,
  ports: Ports,
  { workflow, workflows, functionUrls, pollMs, isOurs }: RunCloud,
  stop: AbortSignal,
): Promise<Execution> {
  const own = { ...ports, pipeline: workflowsPipeline({ workflows, workflow, functions: functionUrls }) };
  const started = asking === undefined ? await startDay(asked, own) : (await runByHand(asked, asking, own)).report;
  const startedMs = performance.now();
  let execution = await workflows.read(started.execution);
  while (execution.state === 'ACTIVE' || execution.state === 'QUEUED') {
    if (stop.aborted && !isOurs)
      throw new Interrupted(
        `No longer watched; the run goes on. daymill runs --cloud shows it, daymill cancel ${executionIdOf(execution)} --cloud stops it.`,
      );
    if (stop.aborted) {
      await workflows.cancel(execution.name);
      throw new Interrupted('Interrupted. What was committed stays; run again to go on from there.');
    }
    const waitMs = Math.max(pollMs, (performance.now() - startedMs) * POLL_SHARE);
    await delay(waitMs, undefined, { signal: stop }).catch(() => {});
    execution = await workflows.read(execution.name);
  }
  return execution;
}
