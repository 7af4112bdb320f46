/** A whole day on a Firestore that loses answers, refuses and aborts: every cell is made, every run counted to zero, once. */
import { Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { RetryableError } from '../../../../src/errors.ts';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import { Run } from '../../../../src/mill/model/run.ts';
import { fromLedger } from '../../../../src/google/mill/ledger-document.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchAnswer } from '../../../../src/mill/steps/dispatch/request.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { survey } from '../../../../src/mill/steps/dispatch/survey.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { steady } from '../../../support/steady.ts';

const COMPUTATIONS = {
  'computations/all.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});
export const both = defineComputation({
  name: 'both', category: 'tests', needs: { pages: dependency(pages), heat: dependency(heat) }, output: z.number(),
  compute: ({ pages, heat }) => Object.keys(pages).length * heat,
});`,
};

/** Tries that Workflows and Pub/Sub would make too. */
const TRIES = 20;

async function again<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RetryableError) || attempt === TRIES) throw error;
    }
  }
}

/** Round by round: what was not acknowledged comes again, to the next worker. */
async function deliver(messages: readonly TaskMessage[], workers: readonly Ports[]): Promise<void> {
  let open = messages;
  for (let round = 0; open.length > 0; round++) {
    if (round === TRIES) throw new Error(`${open.length} messages were never acknowledged`);
    const answers = await Promise.allSettled(
      open.map((message, index) => work(message, workers[(index + round) % workers.length] ?? never())),
    );
    for (const answer of answers)
      if (answer.status === 'rejected' && !(answer.reason instanceof RetryableError)) throw answer.reason;
    open = open.filter((_, index) => answers[index]?.status === 'rejected');
  }
}

const never = (): never => {
  throw new Error('there are no workers');
};

describe.each([1, 2])('a day on a bad network, seed %d', (seed) => {
  let local: LocalPorts;
  beforeAll(async () => {
    local = await localPorts(COMPUTATIONS, {
      faults: {
        seed,
        rules: [
          { method: 'Commit', probability: 0.25, fault: { kind: 'error-after' } },
          { method: 'Commit', probability: 0.05, fault: { kind: 'aborted' } },
        ],
      },
    });
  });
  afterAll(() => local.close());

  test('ends as a day on a good one', async () => {
    const sent: TaskMessage[] = [];
    const open = (): Ports => {
      const ports = local.open();
      return { ...ports, queue: { publish: (messages) => Promise.resolve(void sent.push(...messages)) } };
    };
    await again(() => loadFixture(open()));
    const ask = (id: string, pass: number): Promise<DispatchAnswer> => {
      const callbackUrl = local.callbackUrl(id);
      return again(() => dispatch({ date: DAYS[3], from: DAYS[0], pass, callbackUrl, dispatchId: 'day' }, open()));
    };
    for (const pass of [1, 2]) {
      // Two workflows that know nothing of each other.
      const [one, other] = await Promise.all([ask(`one-${pass}`, pass), ask(`other-${pass}`, pass)]);
      expect(one.dispatched + other.dispatched).toBe(pass === 1 ? DAYS.length + 1 : DAYS.length);
      // Every message comes twice at once, to two workers.
      const messages = sent.splice(0).flatMap((message) => [message, message]);
      await deliver(messages, [open(), open()]);
    }
    const clock = steady(() => Date.now() + 60_000);
    await again(() => reconcile({ ...open(), clock }));
    expect(await again(() => reconcile({ ...open(), clock }))).toMatchObject({ calledBack: 0, miscounted: [] });

    const ports = open();
    const { plan } = await survey({ from: DAYS[0], to: DAYS[3] }, ports);
    expect(plan.counts()).toMatchObject({ SKIP: 3 * DAYS.length, RUN: 0, RERUN: 0 });
    const db = new Firestore({ projectId: 'daymill-local' });
    const runs = (await db.collection('computation_runs').get()).docs.map((run) => Run.parse(run.data()));
    const tasks = (await db.collection('computation_audit_ledger').get()).docs.map((task) => fromLedger(task.data()));
    await db.terminate();
    for (const run of runs) expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
    expect(runs.reduce((sum, { totalTasks }) => sum + totalTasks, 0)).toBe(tasks.length);
    for (const task of tasks) expect(task).toMatchObject({ status: 'COMPLETED' });
    expect((await ports.planning.load()).open).toEqual([]);
  });
});
