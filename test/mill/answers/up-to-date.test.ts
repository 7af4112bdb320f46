/** What `daymill results` says of a result that is not what a run would leave, on real stores in this process. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findResult, resultAnswer } from '../../../src/mill/answers/results.ts';
import { explainAnswer } from '../../../src/mill/answers/explain.ts';
import { upToDate } from '../../../src/mill/answers/up-to-date.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import type { Ports } from '../../../src/compose.ts';
import { toOrdinal } from '../../../src/values/date.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { daySpan } from '../../../src/mill/planning/day-set.ts';
import { askAgain } from '../../../src/mill/steps/mend/ask-again.ts';
import { withPaused, withResumed } from '../../../src/mill/model/control.ts';
import { computationIn, type ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { DAYS, IMPORTS, weatherCsv } from '../../support/fixture-project.ts';
import { loadFiles, loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const DAY = DAYS[1];
const PROJECT = {
  'computations/all.ts': `${IMPORTS}
export const a = defineComputation({
  name: 'a', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => { if (globalThis.broken) throw new Error('the glass broke'); return weather.degrees; },
});
export const b = defineComputation({ name: 'b', category: 'tests', needs: { a: dependency(a) }, output: z.number(), compute: ({ a }) => a });
export const c = defineComputation({ name: 'c', category: 'tests', needs: { b: dependency(b) }, output: z.number(), compute: ({ b }) => b });`,
};

const broken = globalThis as { broken?: boolean };

describe('a result', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeAll(async () => {
    local = await localPorts(PROJECT);
    ports = local.open();
    await loadFixture(ports);
    await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'first');
  });
  afterAll(() => local.close());
  const of = async (computation: string, changed: Partial<Ports> = {}) => {
    const now = { ...ports, coverage, sourceDays, ...changed };
    const good = await now.artifacts.lastGood({ computation, date: DAY });
    if (good === undefined) throw new Error(`${computation} has no result`);
    return upToDate({ computation, date: DAY }, good.artifact, DAYS[0], now);
  };
  const recoded = (computation = 'a') => ({
    ...ports.manifest,
    computations: ports.manifest.computations.map((one) =>
      one.name === computation ? { ...one, fingerprint: { ...one.fingerprint, code: hashOf('new code') } } : one,
    ),
  });

  test('that nothing has touched is up to date, for a few reads', async () => {
    const before = local.usage().reads;
    expect(await of('b')).toEqual({
      upToDate: true,
      now: { outcome: 'SKIP', text: 'nothing that it reads has changed' },
      distrust: null,
    });
    expect(local.usage().reads - before).toBeLessThan(16);
  });

  test('whose code changed, or may change through what it reads, is not', async () => {
    expect(await of('a', { manifest: recoded() })).toMatchObject({
      upToDate: false,
      now: { outcome: 'RERUN', text: 'changed: code, unless that is proven to do the same' },
    });
    expect(await of('b', { manifest: recoded() })).toMatchObject({
      upToDate: false,
      now: { outcome: 'RERUN', text: 'if dependency:a changes' },
    });
  });

  test('whose code was changed, has run with the same result, and is changed back is up to date', async () => {
    await runDay({ from: DAYS[0], date: DAYS[3] }, { ...ports, manifest: recoded('c') }, 'changed');
    expect(await of('c', { manifest: recoded('c') })).toMatchObject({ upToDate: true });
    expect(await of('c')).toMatchObject({ upToDate: true, now: { outcome: 'SKIP' } });
    const asked = { computation: computationIn(ports.manifest, 'c') as ManifestComputation, date: DAY, from: DAYS[0] };
    const { vector } = await explainAnswer(asked, { ...ports, coverage, sourceDays });
    expect(vector.filter(({ same }) => !same)).toEqual([]);
  });

  test('of what is paused, asked for or not trusted says so', async () => {
    await ports.controls.change((control) => withPaused(control, ['a'], { sinceMs: 0, by: 'ada' }));
    await askAgain({ days: new Map([['a', daySpan(toOrdinal(DAY), toOrdinal(DAY))]]), by: undefined }, ports);
    expect(await of('a')).toMatchObject({
      upToDate: false,
      now: { outcome: 'BLOCKED', text: expect.stringMatching(/^paused by ada/) as string },
    });
    expect(await of('c')).toMatchObject({ upToDate: false, now: { outcome: 'BLOCKED', text: `waits for b@${DAY}` } });
    await ports.controls.change((control) => withResumed(control, ['a']));
    expect(await of('a')).toMatchObject({
      upToDate: false,
      now: { outcome: 'RERUN', text: expect.stringMatching(/^asked for on/) as string },
    });
    await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'asked');
    const fingerprint = ports.manifest.computations.find(({ name }) => name === 'b')?.fingerprint;
    const seen = {
      behaviour: behaviourOf(fingerprint ?? { code: '', layer: '' }),
      because: 'AUDIT',
      text: 'it gave 1, then 2',
    } as const;
    await ports.planning.commit(await ports.planning.load(), { distrusted: new Map([['b', seen]]) });
    expect(await of('b')).toMatchObject({ upToDate: true, distrust: 'it gave 1, then 2' });
    await ports.planning.commit(await ports.planning.load(), { distrusted: new Map() });
  });

  test('whose upstream fails since its code changed is the old value, and says whose failure it waits for', async () => {
    broken.broken = true;
    await runDay({ from: DAYS[0], date: DAYS[3] }, { ...ports, manifest: recoded() }, 'second');
    delete broken.broken;
    const failed = await of('b', { manifest: recoded() });
    expect(failed.upToDate).toBe(false);
    expect(failed.now.text).toContain('dependency:a');
    const old = await findResult({ computation: 'a', date: DAY }, DAYS[0], { ...ports, coverage, sourceDays });
    if ('missing' in old) throw new Error('a has no result');
    expect(await resultAnswer(old)).toMatchObject({
      failedSince: { code: 'COMPUTE_FAILED', message: expect.stringContaining('the glass broke') as string },
    });
    // Back with the code that made it, nothing differs but the failure in between.
    await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'third');
    expect(await of('b')).toMatchObject({ upToDate: true });
  });

  test('whose data was loaded anew, or whose file changed and was not loaded yet, is not', async () => {
    local.project.write({ 'weather.csv': weatherCsv((day) => 20 + day) });
    expect(await of('c')).toMatchObject({
      upToDate: false,
      now: { text: expect.stringMatching(/^The file of weather/) as string },
    });
    await loadFiles(DAYS[3], ports);
    expect(await of('a')).toMatchObject({
      upToDate: false,
      now: { outcome: 'RERUN', text: 'changed: document:weather' },
    });
    expect(await of('c')).toMatchObject({ upToDate: false, now: { text: 'if dependency:b changes' } });
  });
});
