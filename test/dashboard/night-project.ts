/** A project whose night went wrong in two ways, served with its page: a day that throws, and a task that was given up. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import { daymill, HASTE } from '../support/daymill-process.ts';
import { DAYS, type FixtureProject } from '../support/fixture-project.ts';
import { onTheSecondDay, riskyProject } from '../support/risky-project.ts';
import { type Serving, serving } from '../support/serving.ts';

/** The day on which it goes wrong. */
export const BAD_DAY = DAYS[1];

/** What holds `dies` back: with this file in the project it does its work. */
export const MENDED = 'mended';

const DIES = onTheSecondDay(
  'dies',
  `if (!existsSync(import.meta.dirname + '/../${MENDED}')) kill('KILL', process.pid);`,
);

export interface Night {
  readonly project: FixtureProject;
  readonly served: Serving;
  /** Of the run that went wrong, and of its task that was given up. */
  readonly run: string;
  readonly task: string;
  end(): Promise<void>;
}

const Letters = z.object({ deadLetters: z.array(z.object({ taskId: z.string(), runId: z.string() })) });

export async function badNight(): Promise<Night> {
  const project = riskyProject({
    'computations/throws.ts': onTheSecondDay('throws', "throw new Error('no such station');"),
    'computations/dies.ts': DIES,
  });
  const { code } = await daymill(project, ['run', '--json'], HASTE);
  assert.equal(code, 1);
  const served = await serving(project, [], HASTE);
  const end = async (): Promise<void> => {
    await served.stop();
    project.remove();
  };
  try {
    await collectSome(served);
    const response = await fetch(`${served.url}/api/mill/dead-letters`);
    const [letter] = Letters.parse(await response.json()).deadLetters;
    return { project, served, run: letter?.runId ?? '', task: letter?.taskId ?? '', end };
  } catch (thrown) {
    // It would be served on after the tests.
    await end();
    throw thrown;
  }
}

/** Something of each kind that the meter's views show, of the organization that a laptop's page is for. */
async function collectSome(served: Serving): Promise<void> {
  const token = await served.token('demo', 'admin');
  const send = async (path: string, json: unknown, status: number): Promise<unknown> => {
    const response = await served.ask(path, { token, json });
    assert.equal(response.status, status, path);
    return response.json();
  };
  await send(
    '/api/metrics',
    [1, 2, 3].map((queue) => ({
      name: 'queue_length',
      type: 'gauge',
      value: 4 * queue,
      labels: { queue: `q${queue}` },
    })),
    200,
  );
  await send('/api/metrics', { name: 'late', value: 1, timestamp: Date.now() - 30 * 86_400_000 }, 400);
  await send(
    '/api/metrics/commands',
    { source: 'ci', id: '1', user_id: 'ann', command_name: 'build', execution_time_ms: 4200, status: 'success' },
    201,
  );
  const { runtime } = z
    .object({ runtime: z.object({ runtime_id: z.string() }) })
    .parse(await send('/api/runtime/register', { name: 'mail-workers', type: 'worker_pool' }, 201));
  await send(`/api/runtime/${runtime.runtime_id}/heartbeat`, { metrics: { cpu_ema: 0.4, queue_len_ema: 12 } }, 200);
}
