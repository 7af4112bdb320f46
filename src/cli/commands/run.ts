/** `daymill run`: load root data, run the day's workflow, say what ran and what it found. */
import { setTimeout as delay } from 'node:timers/promises';
import { compose } from '../../compose.ts';
import { UserError } from '../../errors.ts';
import type { Execution } from '../../google/workflows-client.ts';
import { buildManifest } from '../../manifest/build-manifest.ts';
import { writeManifest } from '../../manifest/read-manifest.ts';
import type { Day } from '../../model/date.ts';
import { coverage, readSource } from '../../sources/read-source.ts';
import { readDays } from '../days.ts';
import { loadRootData } from '../../steps/load-root-data.ts';
import { survey } from '../../steps/survey.ts';

import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { type Daymill, startDaymill, WORKFLOW } from '../local/local-cloud.ts';
import { watchRun } from '../run-progress.ts';
import { printSummary, summarize } from '../run-summary.ts';

/** How often the execution is asked for its state. */
const POLL_MS = 25;

export const run: Command = {
  name: 'run',
  usage: `daymill run [--date DAY] [--from DAY]

Runs the pipeline for DAY on the local cloud, catching up on every day from --from on. What is settled does not run again.
  --date   the target, YYYY-MM-DD (default: package.json's daymill.date, else yesterday)
  --from   the first day of the grid (default: package.json's daymill.from, else the target)
  --json   the summary as one line of JSON, last on standard output
Exit code: 0 done, 1 some cells failed, 2 wrong use.`,
  options: { date: { type: 'string' }, from: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const started = performance.now();
  const { date, from } = readDays(args, context);
  const manifest = await buildManifest({ root: config.root, directory: config.computations, epoch: config.epoch });
  writeManifest(config.manifestFile, manifest);
  const progress = watchRun(output);
  const daymill = await startDaymill(config, { env: context.env, onLog: progress.onLog });
  try {
    // Their cold starts run beside the loading of root data.
    daymill.functions.index.warm();
    daymill.functions.dispatch.warm();
    const ports = compose({ ...config, logLevel: 'silent' }, manifest);
    try {
      await loadRootData(date, { ...ports, readSource, coverage }, progress.onLoad);
      output.progressDone();
      const before = await survey({ from, to: date }, ports);
      const execution = await executeDay({ date, from }, daymill, context);
      output.progressDone();
      const after = await survey({ from, to: date, dispatchId: idOf(execution) }, ports);
      const summary = await summarize({
        date,
        from,
        before,
        after,
        execution,
        daymill,
        ports,
        seconds: (performance.now() - started) / 1_000,
      });
      printSummary(summary, output);
      return summary.failed > 0 || summary.cells.FAILED_DEPENDENCY > 0 || execution.state !== 'SUCCEEDED' ? 1 : 0;
    } finally {
      await ports.close();
    }
  } finally {
    await daymill.close();
  }
}

async function executeDay(
  days: { date: Day; from: Day },
  { workflows, functionUrls }: Daymill,
  context: Context,
): Promise<Execution> {
  let execution = await workflows.execute(WORKFLOW, { ...days, functions: functionUrls });
  let stopping = false;
  void context.interrupted.then(() => {
    stopping = true;
  });
  while (execution.state === 'ACTIVE' || execution.state === 'QUEUED') {
    if (stopping) {
      await workflows.cancel(execution.name);
      throw new UserError('BUSY', 'Interrupted. What was committed stays; run again to go on from there.');
    }
    await delay(POLL_MS);
    execution = await workflows.read(execution.name);
  }
  return execution;
}

export const idOf = (execution: Execution): string => execution.name.slice(execution.name.lastIndexOf('/') + 1);
