/** A chain of days in one task: the cells that are stored are those that a day a run makes, byte for byte, whoever died in between. */
import { Firestore } from '@google-cloud/firestore';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { addDays, daysFrom } from '../../../../src/values/date.ts';
import { IMPORTS } from '../../../support/fixture-project.ts';
import { loadFiles, type LocalPorts, localPorts, PROJECT_ID } from '../../../support/local-ports.ts';
import { howMany } from '../../../support/long.ts';
import { mortal } from '../../../support/mortal.ts';
import { steady } from '../../../support/steady.ts';

const FROM = '2024-01-01';
const TO = '2024-03-29';
/** Weekends have no document, and neither has a gap that is longer than the seed. */
const TRADED = daysFrom(addDays(FROM, -20), TO).filter(
  (day) => ![0, 6].includes(new Date(day).getUTCDay()) && !(day >= '2024-02-01' && day <= '2024-02-12'),
);
const STREAMED = daysFrom('2024-01-01', '2024-01-06');
/** The day on which `spread` does not fit into its document. */
const LARGE = '2024-01-18';

const FILES = {
  'weather.csv': `date,degrees\n${TRADED.map((day, index) => `${day},${(index * 37) % 23}.5`).join('\n')}\n`,
  'visits.csv': `date,user,pages\n${STREAMED.flatMap((day) => [1, 2, 3].map((user) => `${day},u${user},${user}`)).join('\n')}\n`,
  'computations/chains.ts': `${IMPORTS}
const base = { category: 'chains', output: z.number() };
export const level = defineComputation({
  ...base, name: 'level', needs: { weather: document(weather), before: previous({ seed: history(weather, 9) }) },
  compute: ({ weather, before: { result, seed } }) =>
    [...seed.map(({ value }) => value.degrees), weather.degrees].reduce((level, degrees) => level * 0.9 + degrees * 0.1, result ?? 0),
});
export const rise = defineComputation({
  ...base, name: 'rise', needs: { level: dependency(level), before: previous({ seed: history(level, 3) }) },
  compute: ({ level, before: { result, seed } }) => (result ?? seed.length) + Math.sign(level),
});
export const trail = defineComputation({
  ...base, name: 'trail', needs: { weather: document(weather), own: history(6), wide: history(weather, 30) },
  compute: ({ weather, own, wide }) =>
    weather.degrees + own.reduce((sum, { value }) => sum + value / 8, 0) + wide.reduce((sum, { value }) => sum + value.degrees, 0) / 1000,
});
export const spread = defineComputation({
  name: 'spread', category: 'chains', output: z.record(z.string(), z.number()),
  needs: { weather: document(weather), before: previous() },
  compute: ({ weather, before }, { date }) => {
    const size = date === '${LARGE}' ? 100_000 : 3;
    const last = Object.values(before ?? {}).at(-1) ?? 1;
    return Object.fromEntries(Array.from({ length: size }, (_, at) => [String(at).padStart(6, '0'), Math.sin(at + last) + weather.degrees]));
  },
});
export const visited = defineComputation({
  ...base, name: 'visited', needs: { visits: dataset(visits), before: previous() },
  reduce: {
    init: ({ inputs }) => ({ sum: inputs.before ?? 0 }),
    add: (total, { pages }) => void (total.sum += pages),
    finish: ({ sum }) => sum,
  },
});
export const fails = defineComputation({
  ...base, name: 'fails', needs: { weather: document(weather), before: previous() },
  compute: ({ before }, { date }) => {
    if (date >= '2024-01-10') throw new Error('no more');
    return (before ?? 0) + 1;
  },
});`,
};

/** A day a run in the long suite; in the quick one the first days, and the others in two runs. */
const DAYS = daysFrom(FROM, TO).filter(
  (_, index, all) => index < howMany('DAYMILL_CHAIN_DAYS', 5, Infinity) || index === 40 || index === all.length - 1,
);

interface Made {
  readonly cells: Readonly<Record<string, unknown>>;
  /** Of Firestore, from the first dispatch on. */
  readonly rpcs: number;
  readonly deaths: readonly string[];
}

/** Runs the days in so many runs. With deaths, each task's first worker stops at one of its calls and is never heard of again. */
async function make(runs: readonly string[], isDeadly: boolean): Promise<Made> {
  const local = await localPorts(FILES);
  try {
    const ports = local.open();
    await loadFiles(TO, ports);
    await indexRootData(ports);
    const before = local.usage().rpcs;
    const deaths: string[] = [];
    let [runId, at] = [0, 0];
    for (const date of runs) {
      for (;;) {
        const sent: TaskMessage[] = [];
        const own = { ...ports, queue: { publish: async (more: readonly TaskMessage[]) => void sent.push(...more) } };
        const { dispatched } = await dispatch({ from: FROM, date, dispatchId: `run-${runId}` }, own);
        if (dispatched === 0) break;
        for (let message = sent.shift(); message !== undefined; message = sent.shift()) {
          if (isDeadly) deaths.push(await dieAt(1 + (at++ % 9), message, local, own.queue));
          await work(message, { ...own, tier: message.resources, clock: steady(() => Date.now() + 60_000) });
        }
      }
      await reconcile(ports);
      runId++;
    }
    return { cells: await storedCells(), rpcs: local.usage().rpcs - before, deaths };
  } finally {
    await local.close();
  }
}

/** The name of the call that was its last, or `none`. */
async function dieAt(at: number, message: TaskMessage, local: LocalPorts, queue: Ports['queue']): Promise<string> {
  const { ports, died } = mortal({ ...local.open(), queue }, { at, when: at % 2 === 0 ? 'before' : 'after' });
  return Promise.race([died, work(message, { ...ports, heartbeatMs: 3_600_000 }).then(() => 'none')]);
}

/** What readers see of each cell: who made it, and when, is its maker's. */
async function storedCells(): Promise<Record<string, unknown>> {
  const db = new Firestore({ projectId: PROJECT_ID });
  const found: Record<string, unknown> = {};
  for (const name of ['level', 'rise', 'trail', 'spread', 'visited', 'fails']) {
    const { docs } = await db.collection(`results/${name}/days`).get();
    for (const day of docs) {
      const { record: _, generation: __, artifact, ...seen } = day.data();
      const { shards, ...whole } = (artifact ?? {}) as { shards?: { id: string }[] };
      found[`${name}@${day.id}`] = { ...seen, ...whole, shards: shards?.map(({ id: ___, ...range }) => range) };
    }
  }
  await db.terminate();
  return found;
}

describe('a chain of days', () => {
  let daily: Made;
  let killed: Made;
  beforeAll(async () => {
    daily = await make(DAYS, false);
    killed = await make([TO], true);
  }, 600_000);

  test('gives in one task what it gives a day a run, whichever call of its workers was the last', () => {
    expect(Object.keys(daily.cells).length).toBeGreaterThan(4 * 50);
    expect(killed.cells).toEqual(daily.cells);
    expect(new Set(killed.deaths).size).toBeGreaterThan(3);
  });

  test('goes on over a result in shards, and ends where a day fails', () => {
    expect(killed.cells).toMatchObject({
      [`spread@${LARGE}`]: { shards: expect.arrayContaining([]) },
      'fails@2024-01-09': { status: 'COMPLETED' },
      'fails@2024-01-10': { status: 'FAILED' },
    });
    expect(killed.cells).not.toHaveProperty(['fails@2024-01-11']);
  });

  test('names the seed where it was read, on the first day, and nowhere else', () => {
    const isSeeded = (cell: unknown): boolean => /"seed:/.test(JSON.stringify((cell as { vector: unknown }).vector));
    const seeded = Object.keys(killed.cells).filter((name) => isSeeded(killed.cells[name]));
    expect(seeded).toEqual([`level@${FROM}`, `rise@${FROM}`]);
  });

  test('takes fewer requests than it has days, its deaths among them', () => {
    expect(killed.rpcs).toBeLessThan(Object.keys(killed.cells).length);
  });
});
