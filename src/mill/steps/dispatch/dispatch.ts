/** Dispatch: answers a request for a wave with the run that it has already, or claims one (claim-wave.ts). */
import { codeOf, RetryableError } from '../../../errors.ts';
import { hashOf } from '../../../values/hash.ts';
import { countOutcomes } from '../../model/decision.ts';
import type { Run } from '../../model/run.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import { claimWave } from './claim-wave.ts';
import { messagesOf, publishRun } from './publish-run.ts';
import {
  assertRequest,
  type DispatchAnswer,
  dispatchIdOf,
  type DispatchPorts,
  type DispatchRequest,
} from './request.ts';
import { assertWithinLimits } from './within-limits.ts';

/** Times that a plan is made anew because another writer was faster. */
const MAX_CONFLICTS = 5;

/** Idempotent on the callback URL: the same request again answers with the same run. */
export async function dispatch(request: DispatchRequest, ports: DispatchPorts): Promise<DispatchAnswer> {
  assertRequest(request, ports.manifest);
  if (request.callbackUrl !== undefined) ports.callbacks.assertUrl(request.callbackUrl);
  const runId =
    request.callbackUrl === undefined ? (request.runId ?? ports.newId()) : `run-${hashOf(request.callbackUrl)}`;
  for (let conflicts = 0; conflicts < MAX_CONFLICTS;) {
    const snapshot = await ports.planning.load();
    const known = snapshot.open.find(({ run }) => run.id === runId);
    if (known !== undefined) {
      if (known.run.publishedMs === undefined) await publishRun(known.run, messagesOf(known.tasks), ports);
      return sentBefore(known.run, request, ports);
    }
    if (isCancelled(request, runId, snapshot)) {
      const dispatchId = dispatchIdOf(request, runId);
      ports.log.info({ event: 'dispatch.cancelled', dispatch: dispatchId }, 'cancelled: nothing runs');
      return nothing(request, ports);
    }
    await assertWithinLimits(request, dispatchIdOf(request, runId), snapshot, ports);
    const answer = await claimWave(request, runId, snapshot, ports).catch((thrown: unknown) => {
      if (codeOf(thrown) !== 'CONTENTION') throw thrown;
      return undefined;
    });
    if (answer === 'again') continue;
    if (answer !== undefined) return answer;
    conflicts++;
    // Asked before, finished and closed since: then it is not among the open ones, and its id is taken.
    const closed = await ports.runs.read(runId);
    if (closed?.calledBackMs !== undefined) return sentBefore(closed, request, ports);
  }
  throw new RetryableError(
    'CONTENTION',
    `the plan changed ${MAX_CONFLICTS} times while it was being made; another dispatcher is at work, so ask again`,
  );
}

const isCancelled = (request: DispatchRequest, runId: string, { control }: PlanningSnapshot): boolean =>
  [request.dispatchId ?? runId, dispatchIdOf(request, runId)].some((id) => control.cancelled.includes(id));

const nothing = ({ pass }: DispatchRequest, { manifest }: DispatchPorts): DispatchAnswer => ({
  dispatched: 0,
  runId: null,
  pass: pass ?? null,
  passes: manifest.passes,
  inFlight: 0,
  outcomes: countOutcomes([]),
});

const sentBefore = (run: Run, request: DispatchRequest, ports: DispatchPorts): DispatchAnswer => ({
  ...nothing(request, ports),
  dispatched: run.totalTasks,
  runId: run.id,
  pass: run.pass ?? null,
});
