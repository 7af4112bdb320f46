/** What ended a day's workflow, when it did not end well. */
import { z } from 'zod';
import type { Execution } from '../google/workflows-client.ts';

/** `cancelled`: then it went through the passes that were left with nothing to run, and succeeded. */
export function workflowTrouble({ state, error }: Execution, cancelled: boolean): string | undefined {
  if (cancelled) return 'The run was cancelled. What was made stays; run again to go on from there.';
  if (state === 'SUCCEEDED') return undefined;
  return `The workflow ended ${state}: ${describeFailure(error?.payload)}`;
}

/** What the workflow, or our own function, said; else the error as Workflows gives it. */
function describeFailure(payload = 'no details'): string {
  const said = z.union([
    z.string(),
    z
      .object({ body: z.object({ error: z.object({ message: z.string() }) }) })
      .transform(({ body }) => body.error.message),
  ]);
  try {
    return said.parse(JSON.parse(payload));
  } catch {
    return payload;
  }
}
