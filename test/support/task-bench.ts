/** One task at a time, claimed and not begun, and any number of workers to try it with. */
import { expect } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import type { FaultPlan } from '../../src/emulators/firestore/faults.ts';
import { messageFor, type TaskMessage } from '../../src/mill/model/message.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import type { Callbacks } from '../../src/mill/ports/messages.ts';
import type { SteadyClock } from '../../src/process/ports.ts';
import { steady } from './steady.ts';
import { DAYS, IMPORTS, pagesOf, VISITORS } from './fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from './local-ports.ts';

const COMPUTATIONS = {
  'computations/pages.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

/** A run of one task. */
export interface ClaimedTask {
  readonly message: TaskMessage;
  readonly runId: string;
  readonly callbackUrl: string;
}

export interface TaskBench {
  readonly local: LocalPorts;
  /** Claims a task of a day, whatever was made before. */
  claim(): Promise<ClaimedTask>;
  /** One more worker on the code that was claimed for; its callbacks go to `send`, else to the local Workflows, where nobody waits. */
  worker(send?: Callbacks['send']): Ports;
  /** Times that the task's callback was answered. */
  calls(claimed: ClaimedTask): number;
  /** The task is completed, counted once, its run over, and its result is whole. */
  expectDoneOnce(claimed: ClaimedTask, attempts?: number): Promise<void>;
  close(): Promise<void>;
}

/** Processes that workers are, in turn: more than any test has at work at once. */
const POOL = 6;

/** Tries of what suffers the faults too, before the test itself begins. */
const TRIES = 20;

async function again<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === TRIES) throw error;
    }
  }
}

export const later = (ms: number): SteadyClock => steady(() => Date.now() + ms);

/** @param faults what all that is done on its ports suffers */
export async function taskBench(faults?: FaultPlan): Promise<TaskBench> {
  const local = await localPorts(COMPUTATIONS, { faults });
  const base = local.open();
  await again(() => loadFixture(base));
  let { manifest } = base;
  const called: string[] = [];
  const pool: Ports[] = [];
  let workers = 0;
  let claims = 0;

  const worker = (send?: Callbacks['send']): Ports => {
    const opened = (pool[workers++ % POOL] ??= local.open());
    const callbacks: Callbacks = {
      assertUrl: (url) => opened.callbacks.assertUrl(url),
      async send(url, body) {
        const answer = await (send?.(url, body) ?? opened.callbacks.send(url, body));
        called.push(url);
        return answer;
      },
    };
    return { ...opened, manifest, callbacks };
  };
  const calls = ({ callbackUrl }: ClaimedTask): number => called.filter((url) => url === callbackUrl).length;

  return {
    local,
    worker,
    calls,
    async claim() {
      const date = DAYS[claims++ % DAYS.length] ?? '';
      const callbackUrl = local.callbackUrl(`bench-${claims}`);
      // What was made before was made in another epoch, so that it is claimed anew.
      const computations = manifest.computations.map((one) => ({
        ...one,
        fingerprint: { ...one.fingerprint, epoch: claims + 1 },
      }));
      manifest = { ...manifest, computations };
      const ports = worker();
      const { runId } = await again(() => dispatch({ date, from: date, pass: 1, callbackUrl }, ports));
      const open = (await ports.planning.load()).open.find(({ run }) => run.id === runId);
      const [task] = open?.tasks ?? [];
      if (task === undefined || runId === null) throw new Error('nothing was claimed');
      return { message: messageFor(task), runId, callbackUrl };
    },
    async expectDoneOnce(claimed, attempts = 1) {
      const { message, runId } = claimed;
      const ports = local.open();
      expect(await ports.tasks.read(message.taskId)).toMatchObject({ status: 'COMPLETED', attempts });
      expect(await ports.runs.read(runId)).toMatchObject({ totalTasks: 1, remainingTasks: 0, status: 'COMPLETED' });
      const day = DAYS.findIndex((date) => date === message.date);
      const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation: 'pages', date: message.date }]);
      const value = (artifact && (await readWhole(artifact))) as Record<string, number>;
      expect(Object.values(value)).toEqual(Array.from({ length: VISITORS }, (_, visitor) => pagesOf(visitor, day)));
    },
    close: () => local.close(),
  };
}
