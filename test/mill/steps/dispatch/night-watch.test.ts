/** When somebody is on watch, what that takes, and that the night's own work comes first. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { PRICE_TABLES } from '../../../../src/mill/model/price-table.ts';
import { hashOf } from '../../../../src/values/hash.ts';
import type { Manifest } from '../../../../src/mill/model/manifest.ts';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import { estimate } from '../../../../src/mill/planning/estimate.ts';
import { dayReport } from '../../../../src/mill/steps/mend/day-report.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchRequest } from '../../../../src/mill/steps/dispatch/request.ts';
import { drawWatch, nightOf } from '../../../../src/mill/steps/dispatch/night-watch.ts';
import { survey } from '../../../../src/mill/steps/dispatch/survey.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { steady } from '../../../support/steady.ts';

const COMPUTATIONS = {
  'computations/warmth.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees + (globalThis.chill ?? 0),
});
export const comfort = defineComputation({
  name: 'comfort', category: 'tests', needs: { warmth: dependency(warmth) }, output: z.number(),
  compute: ({ warmth }) => warmth * 2,
});`,
};

const secret = globalThis as { chill?: number };

describe('the nightly watch', () => {
  let local: LocalPorts;
  let ports: Ports;
  let nights = 0;
  let waves = 0;
  const sent: TaskMessage[] = [];
  /** Of each dispatch: its pass, cells and audits. */
  let log: string[] = [];

  beforeAll(async () => {
    local = await localPorts(COMPUTATIONS);
    await loadFixture(local.open());
    ports = open();
    await night('first');
  });
  beforeEach(() => {
    log = [];
  });
  afterAll(async () => {
    delete secret.chill;
    await local.close();
  });

  const open = (nightly = 8): Ports => {
    const opened = local.open();
    return {
      ...opened,
      // As if no analysis had found that the code reads a global: there is always something that none finds.
      manifest: {
        ...opened.manifest,
        computations: opened.manifest.computations.map((computation) => ({ ...computation, untrusted: undefined })),
      },
      queue: { publish: async (messages) => void sent.push(...messages) },
      clock: steady(() => opened.clock.now() + nights * 86_400_000),
      audit: { share: 0, most: 0, nightly },
      log: {
        ...opened.log,
        info({ event, pass, cells, audits }) {
          if (event === 'dispatched' && Number(cells) > 0)
            log.push(`pass ${String(pass)}: ${String(cells)}, ${String(audits)} audits`);
        },
      },
    };
  };
  const ask = async (request: Partial<DispatchRequest>, by = ports) => {
    const callbackUrl = request.pass === undefined ? undefined : local.callbackUrl(`wave-${++waves}`);
    const answer = await dispatch({ date: DAYS[3], from: DAYS[0], callbackUrl, ...request }, by);
    for (const message of sent.splice(0)) await work(message, by);
    return answer;
  };
  /** As workflows/pipeline.yaml. */
  const night = async (dispatchId: string, by = ports, sweep = false): Promise<void> => {
    let answer = await ask({ pass: 1, dispatchId, sweep }, by);
    while (answer.dispatched > 0) answer = await ask({ pass: answer.pass ?? 1, dispatchId, sweep }, by);
  };
  const recoded = (name: string, by: Ports): Ports => {
    const recode = (manifest: Manifest): Manifest => ({
      ...manifest,
      computations: manifest.computations.map((one) =>
        one.name === name ? { ...one, fingerprint: { ...one.fingerprint, code: hashOf(`code ${nights}`) } } : one,
      ),
    });
    return { ...by, manifest: recode(by.manifest) };
  };

  test('looks at nothing on the night on which everything is made, and at nothing when it has looked today', async () => {
    expect(nightOf(await ports.planning.load(), ports)).toBeUndefined();
    await night('second');
    expect(log).toEqual([]);
  });

  test('is one wave of a quiet night, in the first pass, and takes what the plan says', async () => {
    nights++;
    const snapshot = await ports.planning.load();
    const foreseen = await survey({ from: DAYS[0], to: DAYS[3] }, ports, snapshot);
    const watched = drawWatch(foreseen, { ...ports.audit, nightly: 4 });
    const { tiers } = ports;
    const { watch } = estimate({
      plan: foreseen.plan,
      computations: [],
      prices: PRICE_TABLES['us-central1'],
      tierOf: () => tiers[0].name,
      tiers,
      watched,
    });
    expect(watch).toMatchObject({ cells: 4, deletes: 0 });
    const before = local.usage();
    await night('third', open(4));
    const after = local.usage();
    expect(log).toEqual(['pass 1: 4, 4 audits']);
    // Beside the watch: the dispatches of the passes, as on a night without it.
    expect(after.reads - before.reads).toBeLessThanOrEqual(watch.reads + 12);
    expect(after.writes - before.writes).toBeLessThanOrEqual(watch.writes + 4);
    expect(after.deletes - before.deletes).toBe(0);
  });

  test('is nobody’s when it is switched off, in a sweep, or by hand', async () => {
    nights++;
    await night('fifth', open(0));
    await night('sixth', ports, true);
    await ask({ runId: 'by-hand' });
    expect(log).toEqual([]);
  });

  test('waits for the cells of the night, and then comes with the last pass', async () => {
    nights++;
    await night('fourth', recoded('comfort', open(2)));
    expect(log[0]).toBe('pass 2: 4, 0 audits');
    // Of the two that were drawn one was made just now: nothing was skipped.
    expect(log.slice(1)).toEqual(['pass 2: 1, 1 audits']);
  });

  test('leaves what it found on a busy night to the sweep of that night', async () => {
    nights++;
    const busy = recoded('comfort', open());
    secret.chill = -1;
    await night('seventh', busy);
    const day = { date: DAYS[3], from: DAYS[0], dispatchId: 'seventh' };
    expect(await dayReport(day, busy)).toMatchObject({ failed: 0, retryable: 4 });
    await night('seventh', busy, true);
    expect(log.at(-2)).toBe('pass 1: 4, 0 audits');
    expect(log.at(-1)).toBe('pass 2: 4, 0 audits');
    expect(await dayReport(day, busy)).toMatchObject({ retryable: 0, outcomes: { RERUN: 0, BLOCKED: 0 } });
  });
});
