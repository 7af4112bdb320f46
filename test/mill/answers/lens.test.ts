/** Lenses: what the books and the records say of cells, a value a day. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { type Lens, LensAnswer, lensAnswer, MAX_LENS_READS } from '../../../src/mill/answers/lens.ts';
import { daySpan } from '../../../src/mill/planning/day-set.ts';
import { addDays, toOrdinal } from '../../../src/values/date.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS } from '../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const [FIRST, , , LAST] = DAYS;

/** `half` gives the same result twice each; `third` fails on its first day. */
const PROJECT = {
  'computations/weather.ts': `${IMPORTS}
const needs = { weather: document(weather) };
export const half = defineComputation({
  name: 'half', category: 'tests', needs, output: z.number(), compute: ({ weather }) => Math.floor(weather.degrees / 2),
});
export const third = defineComputation({
  name: 'third', category: 'tests', needs, output: z.number(),
  compute: ({ weather }, { date }) => {
    if (date === '${FIRST}') throw new Error('no third');
    return weather.degrees;
  },
});`,
};

describe('a lens', () => {
  let local: LocalPorts;
  let ports: Ports;
  let startedMs: number;
  beforeAll(async () => {
    startedMs = Date.now();
    local = await localPorts(PROJECT);
    ports = local.open();
    await loadFixture(ports);
    await runDay({ from: FIRST, date: LAST }, ports, 'day');
  });
  afterAll(() => local.close());

  const through = async (lens: Lens, given: { from?: string; date?: string; computations?: string[] } = {}) => {
    const asked = { lens, from: FIRST, date: LAST, computations: undefined, ...given };
    return asJson(LensAnswer, await lensAnswer(asked, { ...ports, prices: { table: ports.prices } }));
  };

  test('shows by small numbers which results are the same; nothing where there is none', async () => {
    expect(await through('hash')).toEqual({
      lens: 'hash',
      unit: 'result',
      from: FIRST,
      to: LAST,
      days: 4,
      rows: { half: [0, 0, 1, 1], third: [null, 0, 1, 2] },
    });
  });

  test('shows how old results are', async () => {
    const { rows, unit } = await through('age');
    expect(unit).toBe('days');
    expect(rows['third']?.[0]).toBeNull();
    const most = (Date.now() - startedMs) / 86_400_000 + 0.001;
    for (const age of rows['half'] ?? []) {
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThanOrEqual(most);
    }
  });

  test('shows what a cell took: seconds as its record has them, memory as its task, dollars at list prices', async () => {
    const [duration, memory, dollars] = await Promise.all([
      through('duration'),
      through('memory'),
      through('dollars', { computations: ['half', 'nobody'] }),
    ]);
    const [stored] = await ports.cells.read([{ computation: 'half', date: LAST }]);
    expect(duration.rows['half']?.[3]).toBeCloseTo(stored?.record?.seconds ?? NaN, 3);
    const task = await ports.tasks.read(stored?.record?.taskId ?? '');
    expect(memory.rows['half']?.[3]).toBe(task?.history?.[0]?.peakRssMB);
    expect(memory.rows['third']?.[0]).toBeNull();
    expect(Object.keys(dollars.rows)).toEqual(['half']);
    // A read and a write of Firestore at least, and less than a cent.
    const { read, write } = ports.prices.firestore;
    for (const each of dollars.rows['half'] ?? []) {
      expect(each).toBeGreaterThanOrEqual(read + write);
      expect(each).toBeLessThan(0.01);
    }
  });

  test('of other days than those with results is empty', async () => {
    const { rows } = await through('duration', { from: addDays(LAST, 1), date: addDays(LAST, 2) });
    expect(rows).toEqual({ half: [null, null], third: [null, null] });
  });

  test('reads no more than its limit, and says what to ask for instead', async () => {
    const first = addDays(LAST, -MAX_LENS_READS);
    const snapshot = await ports.planning.load();
    const standing = snapshot.standings.get('half');
    if (standing === undefined) throw new Error('half ran');
    const standings = new Map(snapshot.standings).set('half', {
      ...standing,
      made: daySpan(toOrdinal(first), toOrdinal(LAST)),
    });
    const planning = { ...ports.planning, load: () => Promise.resolve({ ...snapshot, standings }) };
    const asked = { lens: 'duration', from: first, date: LAST, computations: ['half'] } as const;
    await expect(lensAnswer(asked, { ...ports, planning, prices: { table: ports.prices } })).rejects.toMatchObject({
      code: 'OVER_LIMIT',
      message: expect.stringMatching(/5001 cells.*fewer days/) as string,
    });
  });
});
