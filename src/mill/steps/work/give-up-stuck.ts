/** Fails what a worker is stuck on. Called by the watchdog's thread, when the worker's main thread cannot. */
import { onCellStuck, onGiveUp } from '../../lifecycle/finish.ts';
import { decideStuck, type Stuck } from '../../lifecycle/stuck.ts';
import type { CellError } from '../../model/cell.ts';
import type { Tasks } from '../../ports/tasks.ts';
import { audited } from './audited.ts';
import type { CountDownPorts } from './count-down.ts';
import { giveUp } from './on-failure.ts';

export interface GiveUpPorts extends CountDownPorts {
  readonly tasks: Pick<Tasks, 'claim'>;
  readonly newId: () => string;
}

/** Changes nothing when the worker's lease is no longer the one it had. */
export async function giveUpStuck(
  { id, ...stuck }: Stuck & { readonly id: string },
  error: CellError,
  ports: GiveUpPorts,
): Promise<void> {
  const own = ports.newId();
  const claimed = await ports.tasks.claim(id, (task) => decideStuck(task, stuck, own));
  if (claimed?.held === undefined) return;
  const { decision } = claimed;
  const held = audited(claimed.held, ports.clock);
  if (decision.kind === 'give-up') await giveUp(held, { save: onGiveUp(held.task, error), error }, ports);
  if (decision.kind === 'set-aside') await held.save(onCellStuck(held.task, decision.cell, error));
}
