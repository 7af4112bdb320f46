/** `daymill jobs`: what is done again and again with what is collected, when it was, and what came of it. */
import { z } from 'zod';
import { composeJobs } from '../../compose-keys.ts';
import { Job } from '../../meter/model/job.ts';
import type { Command, Context, ExitCode } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { connectCloud } from '../local/connect.ts';
import { instant } from '../units.ts';

const JobsAnswer = z.object({ jobs: z.array(Job) });

const USAGE = `daymill jobs

Jobs of what is collected: upkeep (sessions that end, silent runtimes), compaction (with rollups), retention, and health with its
alerts. Each has a lease of its own, is tried again when it fails, and keeps its last 20 ends. The schedule that calls reconcile, or
daymill serve, runs those that are due.
${jsonUsage('  --json    ', JobsAnswer, '')}
Exit code: 0 none has failed the last time, 1 one has, 2 wrong use.`;

export const jobs: Command = { name: 'jobs', usage: USAGE, options: {}, reachesCloud: true, run: jobsCommand };

async function jobsCommand(_: unknown, context: Context): Promise<ExitCode> {
  const found = await readJobs(context);
  if (found.length === 0)
    context.output.line('No job has run yet: daymill serve runs them, and reconcile where the project is deployed.');
  else {
    const columns = [
      { title: 'job' },
      { title: 'last ended (UTC)' },
      { title: 'took', yields: 3 },
      { title: 'outcome' },
      { title: 'next (UTC)', yields: 4 },
      { title: 'what came of it', yields: 1 },
    ];
    context.output.table(columns, found.map(rowOf));
  }
  context.output.data({ jobs: found });
  return found.some(({ failures }) => failures > 0) ? 1 : 0;
}

function rowOf({ name, history: [last], dueMs, lease, failures }: Job): string[] {
  const next = lease === null ? instant(dueMs) : 'now at work';
  if (last === undefined) return [name, '', '', '', next, ''];
  const { startedMs, endedMs, outcome, text } = last;
  const times = failures > 1 ? ` (${failures} times)` : '';
  return [name, instant(endedMs), `${((endedMs - startedMs) / 1_000).toFixed(1)} s`, outcome + times, next, text];
}

async function readJobs({ config }: Context): Promise<readonly Job[]> {
  const cloud = await connectCloud(config, { datasets: [] }, 'look');
  try {
    Object.assign(process.env, cloud.env);
    const ports = composeJobs(config);
    try {
      return await ports.jobs.list();
    } finally {
      await ports.close();
    }
  } finally {
    await cloud.close();
  }
}
