/** The deployed cloud, for one run: its own workflow, started with what its schedule starts it with. */
import { z } from 'zod';
import type { CloudTarget } from '../config/cloud-target.ts';
import { argumentOfJob } from '../google/scheduler-client.ts';
import { workflowsClient } from '../google/workflows-client.ts';
import type { RunCloud } from './local/run-cloud.ts';

const NightlyArgument = z.object({
  functions: z.object({
    index: z.string(),
    dispatch: z.string(),
    reconcile: z.string(),
    preflight: z.string().optional(),
  }),
});

/** How often an execution is asked for its state: each time costs a call. */
const POLL_MS = 2_000;

/** @throws {UserError} when nothing is deployed there */
export async function openDeployedCloud(
  { projectId, region, workflow, nightlyJob }: CloudTarget,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RunCloud> {
  const job = `projects/${projectId}/locations/${region}/jobs/${nightlyJob}`;
  const { functions } = await argumentOfJob(job, NightlyArgument, env['SCHEDULER_EMULATOR_HOST']);
  return {
    workflow,
    workflows: workflowsClient(projectId, region, env['WORKFLOWS_EMULATOR_HOST']),
    functionUrls: functions,
    // Its workers come and go.
    aloneSinceMs: undefined,
    pollMs: POLL_MS,
    isOurs: false,
    settings: {},
    open: () => {},
    warm: () => Promise.resolve(),
    firestoreUsage: () => null,
    close: () => Promise.resolve(),
  };
}
