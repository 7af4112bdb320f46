/** What time brings to what is collected, carried out by the function that the schedule calls anyway. */
import { readConfig } from '../config/config.ts';
import type { JobEnd, JobName } from '../meter/model/job.ts';
import type { MeterPorts } from '../compose-meter.ts';

/** Of one call: the schedule calls again in five minutes, and what is left goes on then. */
const BUDGET_MS = 240_000;

let composed: MeterPorts | undefined;

/** What was due and is done, by job; undefined where nothing is collected. */
export async function maintainMeter(): Promise<Partial<Record<JobName, JobEnd>> | undefined> {
  if (composed === undefined) {
    const config = readConfig(process.env, process.cwd(), process.pid);
    if (config.collect === undefined) return undefined;
    // Loaded where it is needed: most deployments collect nothing.
    const { composeMeter } = await import('../compose-meter.ts');
    composed = composeMeter(config);
  }
  const { jobTable } = await import('../meter/steps/jobs/job-table.ts');
  const { runJobs } = await import('../meter/steps/jobs/run-jobs.ts');
  return runJobs(jobTable(composed), BUDGET_MS, composed);
}
