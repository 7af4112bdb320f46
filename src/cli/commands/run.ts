/** `daymill run`: load root data, run the day's workflow, say what ran and what it found. */
import type { Arguments, Command, Context, ExitCode } from '../command.ts';
import { assertAfterFirstData, readDays } from '../days.ts';
import { projectFiles, projectManifest } from '../project.ts';
import { runPipeline } from '../run-pipeline.ts';
import { runShow } from './run-show.ts';

export const run: Command = {
  name: 'run',
  usage: `daymill run [--date DAY] [--from DAY]
       daymill run show ID

Runs the pipeline for DAY on the local cloud, catching up on every day from --from on. What is settled does not run again.
  --date   the target, YYYY-MM-DD (default: daymill.config.ts's date, else yesterday)
  --from   the first day of the grid (default: daymill.config.ts's from, else the target)
  --json   the summary as one line of JSON, last on standard output: {"date", "runs", "cells": {outcome: count}, "completed",
           "failed", "seconds", "firestore": {"reads", "writes", "deletes", "rpcs"}}
Exit code: 0 done, 1 some cells failed or it was cancelled, 2 wrong use, 130 interrupted (what was committed stays; run again to go on from there).`,
  options: { date: { type: 'string' }, from: { type: 'string' } },
  subcommands: { show: runShow },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  const days = readDays(args, context);
  const manifest = await projectManifest(config);
  const files = await projectFiles(config, manifest);
  assertAfterFirstData(days.date, files);
  for (const { dataset, coverage } of files) {
    if (coverage === undefined) output.line(`The file of ${dataset.name} has no rows.`);
    else if (coverage.last < days.date)
      output.line(`${dataset.name} ends on ${coverage.last}: later days have none of it.`);
  }
  return runPipeline(manifest, () => Promise.resolve({ days }), context);
}
