/** Gives a task up that nobody has begun, as the watchdog does with one that holds its worker. */
import type { Ports } from '../../src/compose.ts';
import { messageFor } from '../../src/mill/model/message.ts';
import { giveUpStuck } from '../../src/mill/steps/work/give-up-stuck.ts';
import { work } from '../../src/mill/steps/work/work.ts';

export async function giveUp(taskId: string, open: () => Ports, message = 'it held its worker'): Promise<void> {
  const stuck = open();
  const task = await stuck.tasks.read(taskId);
  if (task === undefined) throw new Error('no such task');
  const { artifacts } = stuck;
  const read: typeof artifacts.read = async (places) => {
    const token = (await stuck.tasks.read(taskId))?.lease?.token ?? '';
    await giveUpStuck({ id: taskId, token }, { code: 'TIMEOUT', message }, open());
    return artifacts.read(places);
  };
  await work(messageFor(task), { ...stuck, artifacts: { ...artifacts, read } });
}
