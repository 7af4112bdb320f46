/** Tasks of many cells: what they cost, how they end, and what becomes of them when a worker dies or time is over. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { RetryableError } from '../../../../src/errors.ts';
import { PLANNED_TASK_SECONDS } from '../../../../src/mill/lifecycle/limits.ts';
import { cellName } from '../../../../src/mill/model/cell.ts';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import type { Task } from '../../../../src/mill/model/task.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { readWhole } from '../../../../src/mill/ports/read-whole.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { giveUpStuck } from '../../../../src/mill/steps/work/give-up-stuck.ts';
import { work, type WorkPorts } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS, VISITORS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { steady } from '../../../support/steady.ts';

const SCANS = 20;
const QUICK = 30;
const MANY = {
  'computations/scans.ts': `${IMPORTS}
${Array.from(
  { length: SCANS },
  (_, index) => `export const scan${index} = defineComputation({
  name: 'scan-${index}', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => ${index === 3 ? `{ throw new Error('broken'); }` : `pages + ${index}`},
});`,
).join('\n')}`,
  'computations/quick.ts': `${IMPORTS}
${Array.from(
  { length: QUICK },
  (_, index) => `export const quick${index} = defineComputation({
  name: 'quick-${index}', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => ${index === 5 ? `{ throw new Error('broken'); }` : `weather.degrees + ${index}`},
});`,
).join('\n')}`,
  'computations/checked.ts': `${IMPORTS}
const checks = { volume: { within: 0.2 } };
export const loud = defineComputation({
  name: 'loud', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()), checks,
  perEntity: ({ pages }, { date, id }) => (date === '${DAYS[1]}' && Number(id) >= 80 ? undefined : pages),
});
export const flat = defineComputation({
  name: 'flat', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }, { date }) => (date === '${DAYS[1]}' ? 1 : pages),
});`,
  'computations/changes.ts': `${IMPORTS}
export const changes = defineComputation({
  name: 'changes', category: 'tests', needs: { visit: dataset(visits, { dayBefore: true }) }, output: z.record(z.string(), z.number()),
  checks: { flatLine: false },
  perEntity: (visit, { before }) => (before === undefined ? -1 : visit.pages - before.pages),
});
export const news = defineComputation({
  name: 'news', category: 'tests', needs: { visit: dataset(visits, { dayBefore: true }) }, output: z.number(),
  reduce: { init: () => ({ count: 0 }), add: (sofar, _, { before }) => void (sofar.count += before === undefined ? 1 : 0), finish: ({ count }) => count },
});`,
  'computations/chain.ts': `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});`,
};

describe('tasks of many cells', () => {
  let local: LocalPorts;
  let sent: TaskMessage[] = [];
  let called = 0;
  let runs = 0;
  beforeAll(async () => {
    local = await localPorts(MANY);
    await loadFixture(local.open());
  });
  afterAll(() => local.close());
  afterEach(() => {
    sent = [];
    called = 0;
  });

  /** A worker, or dispatcher, of its own; what is sent is kept for the test to deliver. */
  const open = (given: Partial<WorkPorts> & { lanes?: number } = {}): Ports => {
    const ports = local.open();
    return {
      ...ports,
      heartbeatMs: 3_600_000,
      queue: { publish: async (messages) => void sent.push(...messages) },
      callbacks: { ...ports.callbacks, send: async () => (called++, 'sent') },
      ...given,
    };
  };
  /** Claims everything that `names` match on `days`, anew: with another epoch, all cells that ran before are forgotten. */
  const claim = async (names: RegExp, days = 1, lanes = 1): Promise<{ runId: string; on: () => Ports }> => {
    const base = open({ lanes });
    const computations = base.manifest.computations
      .filter(({ name }) => names.test(name))
      .map((one) => Object.assign(structuredClone(one), { fingerprint: { ...one.fingerprint, epoch: 100 + runs } }));
    const manifest = { ...base.manifest, computations };
    const request = {
      date: DAYS[days - 1] ?? '',
      from: DAYS[0],
      pass: 1,
      callbackUrl: local.callbackUrl(`f-${++runs}`),
    };
    const { runId } = await dispatch(request, { ...base, manifest });
    if (runId === null) throw new Error('nothing was claimed');
    return { runId, on: () => ({ ...open(), manifest }) };
  };
  const tasksOf = async (runId: string, ports: Ports): Promise<readonly Task[]> =>
    (await ports.planning.load()).open.find(({ run }) => run.id === runId)?.tasks ?? [];
  const next = (): TaskMessage => {
    const message = sent.shift();
    if (message === undefined) throw new Error('nothing was sent');
    return message;
  };
  /** Outcomes by cell, each cell in exactly one task. */
  const outcomesOf = async (runId: string, ports: Ports): Promise<Record<string, string>> => {
    const tasks = await tasksOf(runId, ports);
    const cells = tasks.flatMap((task) => task.cells.map(cellName));
    expect(new Set(cells).size).toBe(cells.length);
    expect(await ports.runs.read(runId)).toMatchObject({
      totalTasks: tasks.length,
      remainingTasks: tasks.filter(({ status }) => status === 'PENDING' || status === 'IN_PROGRESS').length,
    });
    return Object.fromEntries(
      tasks.flatMap(({ outcomes }) => Object.entries(outcomes).map(([cell, { status }]) => [cell, status] as const)),
    );
  };
  const failuresIn = (outcomes: Record<string, string>): string[] =>
    Object.keys(outcomes).filter((cell) => outcomes[cell] !== 'COMPLETED');

  test('a scan of twenty computations reads its dataset once, and commits them together', async () => {
    const { runId, on } = await claim(/^scan-/u);
    expect(sent).toHaveLength(1);
    const ports = on();
    const places: string[] = [];
    const { artifacts } = ports;
    const read: typeof artifacts.read = (of) => {
      places.push(...of.map(({ kind, date }) => `${kind} ${date}`));
      return artifacts.read(of);
    };
    const before = local.usage();
    await work(next(), { ...ports, artifacts: { ...artifacts, read } });
    const after = local.usage();
    expect(places).toEqual([`root ${DAYS[0]}`]);
    // The task, the dataset, and the run with its callback; the cells, the lease, the task with the run, and the callback.
    expect(after.reads - before.reads).toBeLessThanOrEqual(4);
    expect(after.writes - before.writes).toBeLessThanOrEqual(SCANS + 5);
    const outcomes = await outcomesOf(runId, ports);
    expect(Object.keys(outcomes)).toHaveLength(SCANS);
    expect(failuresIn(outcomes)).toEqual([`scan-3@${DAYS[0]}`]);
    const cells = await ports.cells.read([
      { computation: 'scan-2', date: DAYS[0] },
      { computation: 'scan-3', date: DAYS[0] },
    ]);
    expect(cells[0]).toMatchObject({ summary: { count: VISITORS }, record: { entities: VISITORS } });
    expect(cells[1]).toMatchObject({ status: 'FAILED', error: { code: 'QUALITY_CIRCUIT_BREAKER' } });
    expect(called).toBe(1);
  });

  test('thirty quick cells in one lane are one task, a few requests, and an outcome each', async () => {
    const { runId, on } = await claim(/^quick-/u);
    expect(sent).toHaveLength(1);
    const ports = on();
    const before = local.usage();
    await work(next(), ports);
    const after = local.usage();
    expect(after.reads - before.reads).toBeLessThanOrEqual(4);
    expect(after.rpcs - before.rpcs).toBeLessThanOrEqual(10);
    const outcomes = await outcomesOf(runId, ports);
    expect(Object.keys(outcomes)).toHaveLength(QUICK);
    expect(failuresIn(outcomes)).toEqual([`quick-5@${DAYS[0]}`]);
  });

  test('hazard 9: a flat result is never visible; one of another size than the day before is, with a warning', async () => {
    const before = await claim(/^(loud|flat)$/u, 1);
    await work(next(), before.on());
    const { on } = await claim(/^(loud|flat)$/u, 2);
    while (sent.length > 0) await work(next(), on());
    const ports = on();
    const cells = ['loud', 'flat'].flatMap((computation) => DAYS.slice(0, 2).map((date) => ({ computation, date })));
    const [loud, quiet, varied, flat] = await ports.cells.read(cells);
    expect(loud?.record?.warnings).toBeUndefined();
    expect(quiet).toMatchObject({
      status: 'COMPLETED',
      summary: { count: 80 },
      record: { warnings: [`80 entities, 120 on ${DAYS[0]}: more than 20 % apart`] },
    });
    expect(varied).toMatchObject({ status: 'COMPLETED' });
    expect(flat).toMatchObject({ status: 'FAILED', error: { code: 'FLAT_LINE' }, summary: undefined });
    expect(await ports.artifacts.read([{ kind: 'cell', computation: 'flat', date: DAYS[1] }])).toEqual([undefined]);
  });

  test('what an entity was on the day before comes with it, in the scan of those that do not ask for it as well', async () => {
    const { runId, on } = await claim(/^(changes|news|scan-1)$/u, 2);
    expect(sent).toHaveLength(1);
    await work(next(), on());
    const ports = on();
    expect(failuresIn(await outcomesOf(runId, ports))).toEqual([]);
    const value = async (computation: string, date: string): Promise<unknown> => {
      const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation, date }]);
      return artifact && readWhole(artifact);
    };
    // On the first day there is none; on the second, every visitor looked at one page more.
    expect(new Set(Object.values((await value('changes', DAYS[0])) as object))).toEqual(new Set([-1]));
    expect(new Set(Object.values((await value('changes', DAYS[1])) as object))).toEqual(new Set([1]));
    expect(await value('news', DAYS[0])).toBe(VISITORS);
    expect(await value('news', DAYS[1])).toBe(0);
    const [cell] = await ports.cells.read([{ computation: 'changes', date: DAYS[1] }]);
    expect(Object.keys(cell?.vector?.inputs ?? {}).sort()).toEqual(['dataset:visits', 'history:visits:1']);
  });

  test('a cell whose input is gone keeps no other back', async () => {
    const { runId, on } = await claim(/^(quick-1|scan-1|scan-2)$/u);
    const ports = on();
    const gone = { ...ports.artifacts, read: async (of: readonly unknown[]) => of.map(() => undefined) };
    const messages = [next(), next()];
    const quick = messages.find(({ computation }) => computation === 'quick-1') ?? next();
    await work(quick, { ...ports, artifacts: gone });
    for (const message of messages) await work(message, on());
    expect(await outcomesOf(runId, ports)).toEqual({
      [`quick-1@${DAYS[0]}`]: 'INPUT_LOST',
      [`scan-1@${DAYS[0]}`]: 'COMPLETED',
      [`scan-2@${DAYS[0]}`]: 'COMPLETED',
    });
    // It is there after all: what reads it waits until the indexer has looked.
    await expect(claim(/^quick-1$/u)).rejects.toThrow('nothing was claimed');
    await indexRootData(on());
    const again = await claim(/^quick-1$/u);
    await work(next(), again.on());
    expect(failuresIn(await outcomesOf(again.runId, ports))).toEqual([]);
  });

  test.each(['quick', 'scan'])(
    'a worker that dies over a task of many %s cells: it is halved, and all are made',
    async (kind) => {
      const { runId, on } = await claim(new RegExp(`^${kind}-1\\d$`, 'u'));
      let now = Date.now();
      const clock = steady(() => now);
      const dying = on();
      const reached = Promise.withResolvers<void>();
      const read = (): Promise<never> => {
        reached.resolve();
        return new Promise(() => {});
      };
      const message = next();
      void work(message, { ...dying, clock, artifacts: { ...dying.artifacts, read } });
      await reached.promise;
      now += 60_000;
      await work(message, { ...on(), clock });
      expect(sent).toHaveLength(1);
      expect(called).toBe(0);
      const whole = (await tasksOf(runId, dying)).find(({ id }) => id === message.taskId);
      expect(whole).toMatchObject({ status: 'COMPLETED', attempts: 1 });
      expect(whole?.cells).toHaveLength(5);
      await work(next(), on());
      expect(Object.values(await outcomesOf(runId, dying))).toEqual(Array.from({ length: 10 }, () => 'COMPLETED'));
      expect(called).toBe(1);
    },
  );

  test.each([true, false])('a worker that is stuck is stopped; the cell that it is on is known: %s', async (known) => {
    const { runId, on } = await claim(/^quick-1\d$/u);
    const message = next();
    const stuck = on();
    const { artifacts } = stuck;
    const cell = { computation: 'quick-14', date: DAYS[0] };
    const read: typeof artifacts.read = async (of) => {
      const token = (await stuck.tasks.read(message.taskId))?.lease?.token ?? '';
      const error = { code: 'TIMEOUT', message: 'it held its worker' };
      await giveUpStuck({ id: message.taskId, token, cell: known ? cell : undefined }, error, on());
      return artifacts.read(of);
    };
    // It comes loose after all, and finds that its lease is not its own any more.
    await work(message, { ...stuck, artifacts: { ...artifacts, read } });
    expect(Object.keys(await outcomesOf(runId, stuck))).toEqual(known ? [cellName(cell)] : []);
    await work(message, on());
    expect(sent).toHaveLength(known ? 0 : 1);
    while (sent.length > 0) await work(next(), on());
    expect(failuresIn(await outcomesOf(runId, stuck))).toEqual(known ? [cellName(cell)] : []);
    expect(Object.keys(await outcomesOf(runId, stuck))).toHaveLength(10);
    expect(called).toBe(1);
  });

  test('a part whose message was lost is sent again when its task is met again, or by the reconciler', async () => {
    const { runId, on } = await claim(/^quick-1\d$/u);
    let now = Date.now();
    const clock = steady(() => now);
    const message = next();
    const broken = {
      ...on(),
      clock,
      // The first read takes the whole planned time, and what then goes on cannot be sent.
      queue: { publish: () => Promise.reject(new RetryableError('UNAVAILABLE', 'Pub/Sub is away')) },
    };
    const { definitions } = broken;
    const slow: typeof definitions = {
      ...definitions,
      computation(entry) {
        now += (PLANNED_TASK_SECONDS / 3) * 1_000;
        return definitions.computation(entry);
      },
    };
    await expect(work(message, { ...broken, definitions: slow })).rejects.toThrow('Pub/Sub is away');
    const made = failuresIn(await outcomesOf(runId, broken)).length;
    expect(made).toBe(0);
    expect(Object.keys(await outcomesOf(runId, broken)).length).toBeLessThan(10);
    expect(sent).toEqual([]);
    await work(message, { ...on(), clock });
    expect(sent).toHaveLength(1);
    const [part] = sent;
    sent = [];
    now += 3_600_000;
    await reconcile({ ...on(), clock });
    expect(sent).toEqual([part]);
    await work(next(), { ...on(), clock });
    expect(Object.values(await outcomesOf(runId, broken))).toEqual(Array.from({ length: 10 }, () => 'COMPLETED'));
    expect(called).toBe(1);
  });

  test('a chain whose time is up goes on in a task of its own, from where it was', async () => {
    const { runId, on } = await claim(/^heat$/u, DAYS.length);
    let now = Date.now();
    const clock = steady(() => now);
    let worked = 0;
    while (sent.length > 0) {
      const ports = on();
      const { definitions } = ports;
      const slow: typeof definitions = {
        ...definitions,
        computation(entry) {
          now += (PLANNED_TASK_SECONDS + 1) * 1_000;
          return definitions.computation(entry);
        },
      };
      await work(next(), { ...ports, clock, definitions: slow });
      worked++;
    }
    expect(worked).toBe(DAYS.length);
    const ports = on();
    expect(Object.values(await outcomesOf(runId, ports))).toEqual(DAYS.map(() => 'COMPLETED'));
    const values = await Promise.all(
      DAYS.map(async (date) => {
        const [stored] = await ports.artifacts.read([{ kind: 'cell', computation: 'heat', date }]);
        return stored?.hash;
      }),
    );
    expect(new Set(values).size).toBe(DAYS.length);
    expect(called).toBe(1);
  });
});
