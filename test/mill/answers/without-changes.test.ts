/** A plan as if a change had not been made. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { PlanAnswer, planAnswer } from '../../../src/mill/answers/plan.ts';
import { withoutChanges } from '../../../src/mill/answers/without-changes.ts';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS } from '../../support/fixture-project.ts';
import { runDay } from '../../support/run-day.ts';
import { type WaveBench, waveBench } from '../../support/wave-bench.ts';

const DAYS_OF = { date: DAYS[3], from: DAYS[0] } as const;

let bench: WaveBench;
let ports: Ports;
/** Of the project once `warmth` and `pages` have other code. */
let changed: Ports['manifest'];
beforeAll(async () => {
  bench = await waveBench();
  ports = bench.open();
  await runDay(DAYS_OF, ports, 'day');
  const computations = ports.manifest.computations.map((one) =>
    one.name === 'both' ? one : { ...one, fingerprint: { ...one.fingerprint, code: hashOf(`other ${one.name}`) } },
  );
  changed = { ...ports.manifest, computations };
});
afterAll(() => bench.close());

const planned = async (without?: string[]) =>
  asJson(
    PlanAnswer,
    await planAnswer(
      { ...DAYS_OF, select: '*', ...(without === undefined ? {} : { without }) },
      {
        ...ports,
        manifest: changed,
        simulate: false,
        prices: { name: 'us-central1', table: PRICE_TABLES['us-central1'] },
        coverage,
        sourceDays,
      },
    ),
  );

test('a plan without a change has what the others would run, and costs less', async () => {
  const whole = await planned();
  expect(whole.cells).toMatchObject({ RERUN: 3 * DAYS.length, SKIP: 0 });
  const less = await planned(['warmth']);
  expect(less.cells).toMatchObject({ RERUN: 2 * DAYS.length, SKIP: DAYS.length });
  expect(less.groups.filter(({ outcome }) => outcome === 'RERUN').map(({ computation }) => computation)).toEqual([
    'pages',
    'both',
  ]);
  expect(less.cost.certain.dollars).toBeLessThan(whole.cost.certain.dollars);
});

test('without any change nothing is left to run', async () => {
  expect((await planned(['warmth', 'pages'])).cells).toMatchObject({ RERUN: 0, SKIP: 3 * DAYS.length });
});

test('what did not change, or never ran, stays as it is', async () => {
  expect(await withoutChanges(['both'], { ...ports, manifest: changed })).toEqual(changed);
  const snapshot = { ...(await ports.planning.load()), standings: new Map() };
  const planning = { ...ports.planning, load: () => Promise.resolve(snapshot) };
  expect(await withoutChanges(['pages'], { planning, manifest: changed })).toBe(changed);
});

test('of a computation that there is not', async () => {
  await expect(planned(['nobody'])).rejects.toMatchObject({ code: 'UNKNOWN_COMPUTATION' });
});
