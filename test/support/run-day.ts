/** A day's pipeline in this process: dispatches and works until nothing is left to run, on the real stores. */
import type { Ports } from '../../src/compose.ts';
import type { Day } from '../../src/values/date.ts';
import type { TaskMessage } from '../../src/mill/model/message.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../src/mill/steps/work/work.ts';

/** More waves than any graph of a test has. */
const MAX_WAVES = 50;

/** Answers how many tasks ran. */
export async function runDay(
  days: { readonly from: Day; readonly date: Day },
  ports: Ports,
  dispatchId: string,
  computations?: readonly string[],
): Promise<number> {
  let ran = 0;
  for (let wave = 0; wave < MAX_WAVES; wave++) {
    const sent: TaskMessage[] = [];
    const own: Ports = {
      ...ports,
      heartbeatMs: 3_600_000,
      queue: { publish: async (messages) => void sent.push(...messages) },
    };
    const { dispatched } = await dispatch({ ...days, dispatchId, computations }, own);
    if (dispatched === 0) {
      await reconcile(ports);
      return ran;
    }
    // What tasks took is learned here too, and this process has grown: each is worked on the tier that it was sent to.
    for (const message of sent) await work(message, { ...own, tier: message.resources });
    ran += sent.length;
  }
  throw new Error(`${dispatchId} did not end within ${MAX_WAVES} waves`);
}
