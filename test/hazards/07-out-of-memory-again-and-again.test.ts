/**
 * Hazard 7: out of memory, again and again. Real processes under a real limit: what dies of memory is moved up, starts there the next
 * day, comes back by a trial when it needs less, and is set aside with the figures where no tier is large enough.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Daymill, serviceOf, startDaymill } from '../../src/cli/local/local-cloud.ts';
import { compose, type Ports } from '../../src/compose.ts';
import { type Config, readConfig } from '../../src/config/config.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { writeManifest } from '../../src/mill/manifest/read-manifest.ts';
import { isTerminal, type Task } from '../../src/mill/model/task.ts';
import { decideLease } from '../../src/mill/lifecycle/lease.ts';
import { messageFor } from '../../src/mill/model/message.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { loadFixture, localPorts } from '../support/local-ports.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { steady } from '../support/steady.ts';

/** Takes as many megabytes as the day has degrees, slowly enough for heartbeats to see it, and gives them back. */
const HUNGRY = `
import { setTimeout } from 'node:timers/promises';
${IMPORTS}
export const hungry = defineComputation({
  name: 'hungry', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: async ({ weather }) => {
    const held: Buffer[] = [];
    for (let taken = 0; taken < weather.degrees; taken += 5) {
      held.push(Buffer.alloc(5 * 1_048_576, 1));
      await setTimeout(10);
    }
    return held.length * 5;
  },
});`;

const NEEDED_MB = [400, 400, 10, 10];
/** A worker that does nothing takes 170 to 200 MB itself, which is more than three quarters of 256. */
const ENV = {
  DAYMILL_TIERS: 'standard=320 high-mem=1024',
  DAYMILL_LEASE_SECONDS: '1.5',
  DAYMILL_HEARTBEAT_SECONDS: '0.1',
};

describe('a computation that needs 400 MB on workers of 320 MB', () => {
  let project: FixtureProject;
  let config: Config;
  let local: Daymill;
  let ports: Ports;
  beforeAll(async () => {
    const weather = NEEDED_MB.map((degrees, day) => `${DAYS[day]},${degrees}`).join('\n');
    project = fixtureProject({ 'computations/hungry.ts': HUNGRY, 'weather.csv': `date,degrees\n${weather}\n` });
    config = readConfig(ENV, project.root, process.pid);
    const manifest = await buildManifest({ root: project.root, directory: 'computations' });
    writeManifest(config.manifestFile, manifest);
    local = await startDaymill(config, { env: { PATH: process.env['PATH'], ...ENV }, onLog: () => {} });
    ports = compose({ ...config, logLevel: 'silent' }, manifest);
    await loadFixture(ports);
  });
  afterAll(async () => {
    await ports.close();
    await local.close();
    project.remove();
  });

  /** Runs a day's pipeline by hand: its task, when it has ended, and where it started. */
  const runDay = async (date: string): Promise<{ startedOn: string; task: Task }> => {
    const { runId } = await dispatch({ date, from: date }, ports);
    if (runId === null) throw new Error(`there is nothing to run on ${date}`);
    const read = async (): Promise<Task> => {
      const task = (await ports.planning.load()).open.find(({ run }) => run.id === runId)?.tasks[0];
      if (task === undefined) throw new Error(`${runId} has no task`);
      return task;
    };
    const startedOn = (await read()).resources;
    await vi.waitUntil(async () => isTerminal(await read()), { timeout: PATIENCE_MS, interval: 50 });
    return { startedOn, task: await read() };
  };

  test('dies once and completes on the larger tier; starts there the next day; comes back by a trial when it needs little', async () => {
    const first = await runDay(DAYS[0]);
    expect(first.startedOn).toBe('standard');
    expect(first.task).toMatchObject({ status: 'COMPLETED', resources: 'high-mem', attempts: 2 });
    expect(first.task.outgrown).toEqual([
      {
        tier: 'standard',
        rssMB: expect.any(Number) as number,
        because: expect.stringMatching(/Memory limit of 320 MiB exceeded with \d+ MiB used/u) as string,
      },
    ]);
    expect(first.task.telemetry?.peakRssMB).toBeGreaterThan(400);

    // Ahead of time: it does not have to fail to be sent where it fits.
    const second = await runDay(DAYS[1]);
    expect(second).toMatchObject({
      startedOn: 'high-mem',
      task: { status: 'COMPLETED', resources: 'high-mem', attempts: 1 },
    });

    // A process that keeps what it once took would say that it is needed: the next day has one of its own.
    await serviceOf(local.services, 'work-high-mem').restart();
    // Nobody can know yet that it needs little today.
    const third = await runDay(DAYS[2]);
    expect(third).toMatchObject({ startedOn: 'high-mem', task: { status: 'COMPLETED', attempts: 1 } });

    const fourth = await runDay(DAYS[3]);
    expect(fourth).toMatchObject({
      startedOn: 'standard',
      task: { status: 'COMPLETED', resources: 'standard', attempts: 1 },
    });

    const cells = await ports.cells.read(DAYS.map((date) => ({ computation: 'hungry', date })));
    expect(cells.map((cell) => cell?.status)).toEqual(DAYS.map(() => 'COMPLETED'));
  });
});

test('what the largest tier cannot hold is set aside with the figures of each, whatever attempts are left', async () => {
  const local = await localPorts({ 'computations/hungry.ts': HUNGRY });
  const ports = local.open();
  await loadFixture(ports);
  const { runId } = await dispatch({ date: DAYS[0], from: DAYS[0] }, ports);
  const [claimed] = (await ports.planning.load()).open.flatMap(({ tasks }) => tasks);
  if (claimed === undefined || runId === null) throw new Error('nothing was claimed');
  let nowMs = Date.now();
  /** An attempt that dies after a heartbeat. */
  const die = async (tier: string, rssMB: number): Promise<void> => {
    const request = { worker: 'w', token: tier, tier, nowMs, leaseMs: ports.leaseMs, tiers: ports.tiers };
    const { held } = (await ports.tasks.claim(claimed.id, (task) => decideLease(task, request))) ?? {};
    const timestamp = new Date(nowMs + 1).toISOString();
    const lastMemory = { rssMB, heapUsedMB: 1, timestamp };
    await held?.heartbeat(
      { lastHeartbeat: timestamp, lastMemory, peakRssMB: rssMB, entities: 0 },
      nowMs + ports.leaseMs,
    );
    nowMs += 60_000;
  };
  const deliver = (tier: string): Promise<void> =>
    work(messageFor(claimed), { ...local.open(), tier, clock: steady(() => nowMs) });

  await die('standard', 1_900);
  await deliver('standard');
  expect(await ports.tasks.read(claimed.id)).toMatchObject({ status: 'PENDING', resources: 'high-mem', attempts: 1 });
  await die('high-mem', 7_900);
  await deliver('high-mem');
  const message =
    'out of memory on the largest tier (standard: its last heartbeat showed 1900 MB of 2048 MB; high-mem: its last heartbeat ' +
    'showed 7900 MB of 8192 MB); let it hold less at once, or configure a larger tier';
  const task = await ports.tasks.read(claimed.id);
  expect(task).toMatchObject({ status: 'FAILED', attempts: 2, lastError: { code: 'OUT_OF_TIERS', message } });
  expect(await ports.runs.read(runId)).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
  // It comes again, and nothing is tried again.
  await deliver('high-mem');
  expect(await ports.tasks.read(claimed.id)).toEqual(task);
  await local.close();
});
