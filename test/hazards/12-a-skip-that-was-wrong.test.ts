/** Hazard 12: a skip that was wrong is found by an audit or by the nightly watch, made good, and not made again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { Firestore } from '@google-cloud/firestore';
import type { AuditPolicy } from '../../src/mill/model/audit-policy.ts';
import { hashOf } from '../../src/values/hash.ts';
import { type Day, dayOf } from '../../src/values/date.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import type { TaskMessage } from '../../src/mill/model/message.ts';
import { behaviourOf } from '../../src/mill/model/vector.ts';
import type { Log } from '../../src/process/ports.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import type { DispatchAnswer } from '../../src/mill/steps/dispatch/request.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';
import { steady } from '../support/steady.ts';

/** Both read what no fingerprint sees: the tests change it behind Daymill's back. */
const COMPUTATIONS = {
  'computations/impure.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees + (globalThis.fever?.warmth ?? 0),
});
export const comfort = defineComputation({
  name: 'comfort', category: 'tests', needs: { warmth: dependency(warmth) }, output: z.number(),
  compute: ({ warmth }) => warmth * 2 + (globalThis.fever?.comfort ?? 0),
});`,
};

/** As if no analysis had found that the code reads a global: there is always something that none finds. */
const unseen = (manifest: Manifest): Manifest => ({
  ...manifest,
  computations: manifest.computations.map((computation) => ({ ...computation, untrusted: undefined })),
});

const secret = globalThis as { fever?: { warmth?: number; comfort?: number } };

describe('hazard 12: a skip that was wrong', () => {
  let local: LocalPorts;
  let sent: TaskMessage[];
  let waves = 0;
  let nights = 0;
  let alarms: string[] = [];
  beforeEach(async () => {
    sent = [];
    alarms = [];
    nights = 0;
    local = await localPorts(COMPUTATIONS);
    await loadFixture(local.open());
    await day(open(), 'monday');
  });
  afterEach(async () => {
    delete secret.fever;
    await local.close();
  });

  /** Every skipped cell is audited, so that chance plays no part. */
  const open = (
    change: (manifest: Manifest) => Manifest = (manifest) => manifest,
    audit: AuditPolicy = { share: 1, most: 100, nightly: 0 },
  ): Ports => {
    const ports = local.open();
    const queue = { publish: async (messages: readonly TaskMessage[]) => void sent.push(...messages) };
    const error: Log['error'] = ({ event }, message) => void (event === 'audit.wrong' && alarms.push(message));
    const clock = steady(() => ports.clock.now() + nights * 86_400_000);
    return { ...ports, queue, clock, log: { ...ports.log, error }, manifest: change(unseen(ports.manifest)), audit };
  };
  /** On watch, and nothing else: so many cells a night. */
  const watching = (nightly: number): Ports => open(undefined, { share: 0, most: 0, nightly });
  const wave = async (ports: Ports, dispatchId: string, pass: number): Promise<DispatchAnswer> => {
    const callbackUrl = local.callbackUrl(`wave-${++waves}`);
    const answer = await dispatch({ date: DAYS[3], from: DAYS[0], pass, callbackUrl, dispatchId }, ports);
    for (const message of sent.splice(0)) await work(message, ports);
    return answer;
  };
  const day = async (ports: Ports, dispatchId: string): Promise<DispatchAnswer[]> => {
    const answers: DispatchAnswer[] = [];
    do answers.push(await wave(ports, dispatchId, answers.at(-1)?.pass ?? 1));
    while ((answers.at(-1)?.dispatched ?? 0) > 0);
    return answers;
  };
  const recoded =
    (name: string, code = 'new code') =>
    (manifest: Manifest): Manifest => ({
      ...manifest,
      computations: manifest.computations.map((one) =>
        one.name === name ? { ...one, fingerprint: { ...one.fingerprint, code: hashOf(code) } } : one,
      ),
    });
  const behaviour = ({ manifest }: Ports, name: string): string =>
    behaviourOf(manifest.computations.find((one) => one.name === name)?.fingerprint ?? { code: '', layer: '' });
  const valueOf = async (ports: Ports, computation: string, date: Day = DAYS[0]): Promise<unknown> => {
    const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation, date }]);
    return artifact === undefined ? undefined : readWhole(artifact);
  };
  const claimProven = async (ports: Ports): Promise<void> => {
    const equivalents = new Map([['warmth', [behaviour(open(), 'warmth'), behaviour(ports, 'warmth')]]]);
    expect(await ports.planning.commit(await ports.planning.load(), { equivalents })).toBeDefined();
  };
  const stateOf = async (ports: Ports, name: string) => {
    const { standings, distrusted } = await ports.planning.load();
    return { audits: standings.get(name)?.audits, distrusted: distrusted.get(name) };
  };

  test('by a proof that does not hold: the audit says so, and what was skipped runs', async () => {
    const before = (await valueOf(open(), 'warmth')) as number;
    const ports = open(recoded('warmth'));
    await claimProven(ports);
    secret.fever = { warmth: 1 };
    const answers = await day(ports, 'tuesday');
    expect(answers[0]?.outcomes).toMatchObject({ STABLE: DAYS.length, RERUN: 0 });
    expect(answers[1]?.outcomes).toMatchObject({ STABLE: 0, RERUN: DAYS.length });
    expect(await valueOf(ports, 'warmth')).toBe(before + 1);
    expect(await valueOf(ports, 'comfort')).toBe((before + 1) * 2);
    expect(await stateOf(ports, 'warmth')).toMatchObject({
      audits: { checked: DAYS.length, wrong: DAYS.length, since: dayOf(Date.now()) },
      distrusted: { because: 'AUDIT', behaviour: behaviour(ports, 'warmth') },
    });
  });

  test('a proof that holds is audited once, and nothing runs', async () => {
    const ports = open(recoded('warmth'));
    await claimProven(ports);
    const [first, second] = await day(ports, 'tuesday');
    expect(first?.outcomes).toMatchObject({ STABLE: DAYS.length, RERUN: 0 });
    expect(second).toMatchObject({ dispatched: 0, outcomes: { STABLE: DAYS.length } });
    expect(await stateOf(ports, 'warmth')).toEqual({
      audits: { checked: DAYS.length, wrong: 0, since: dayOf(Date.now()) },
      distrusted: undefined,
    });
    expect((await day(open(recoded('warmth')), 'wednesday')).every(({ dispatched }) => dispatched === 0)).toBe(true);
  });

  test('by an early cutoff of what reads more than it says: it runs, and is never cut off again', async () => {
    const before = (await valueOf(open(), 'comfort')) as number;
    const ports = open(recoded('warmth'));
    secret.fever = { comfort: 1 };
    const answers = await day(ports, 'tuesday');
    expect(answers.at(-1)?.outcomes).toMatchObject({ SKIP: DAYS.length });
    expect(await valueOf(ports, 'comfort')).toBe(before + 1);
    expect(await stateOf(ports, 'comfort')).toMatchObject({
      audits: { checked: DAYS.length, wrong: DAYS.length, since: dayOf(Date.now()) },
      distrusted: { because: 'AUDIT' },
    });
    // Its input runs again with the same result once more: this time it is not even tried to skip.
    const later = await day(open(recoded('warmth', 'yet other code')), 'wednesday');
    expect(later.map(({ outcomes }) => outcomes.RERUN)).toContain(DAYS.length);
    const [stored] = await ports.cells.read([{ computation: 'comfort', date: DAYS[0] }]);
    expect(stored?.record?.because).toMatchObject({ why: 'DISTRUSTED', inputs: ['dependency:warmth'] });
  });

  describe('of what rests as unchanged, and was made by code that the fingerprint does not see,', () => {
    const ran = (answers: readonly DispatchAnswer[]): number =>
      answers.reduce((sum, { outcomes }) => sum + outcomes.RUN + outcomes.RERUN, 0);

    /** Answers after how many nights somebody was alarmed. */
    const watchUntilAlarm = async (nightly: number): Promise<number> => {
      while (alarms.length === 0 && nights < 10) {
        nights++;
        await day(watching(nightly), `night-${nights}`);
      }
      return nights;
    };

    test('is found with one cell a night, alarmed, and made good with all that reads it', async () => {
      const before = await Promise.all(DAYS.map(async (date) => (await valueOf(open(), 'warmth', date)) as number));
      secret.fever = { warmth: 1 };
      // Two computations: on the second night at the latest it is the turn of the one that is wrong.
      expect(await watchUntilAlarm(1)).toBeLessThanOrEqual(2);
      expect(alarms).toEqual([
        expect.stringMatching(/^warmth@\S+ was skipped with .* not decided by what it reads, or code has changed/u),
      ]);
      for (const [index, date] of DAYS.entries()) {
        expect(await valueOf(open(), 'warmth', date)).toBe((before[index] ?? 0) + 1);
        expect(await valueOf(open(), 'comfort', date)).toBe(((before[index] ?? 0) + 1) * 2);
      }
      const { audits, distrusted } = await stateOf(open(), 'warmth');
      expect(audits).toMatchObject({ checked: 1, wrong: 1 });
      expect(distrusted).toMatchObject({ because: 'AUDIT', behaviour: behaviour(open(), 'warmth'), times: 1 });
      const [stored] = await open().cells.read([{ computation: 'warmth', date: DAYS[3] }]);
      expect(stored?.record?.because).toMatchObject({ why: 'SUSPECT' });
    });

    test('is made good once: the nights after it run nothing, and still look', async () => {
      secret.fever = { warmth: 1 };
      await watchUntilAlarm(8);
      expect(alarms).toHaveLength(DAYS.length);
      const audited = (await stateOf(open(), 'warmth')).audits?.checked ?? 0;
      for (let night = 0; night < 2; night++) {
        nights++;
        expect(ran(await day(watching(8), `after-${night}`))).toBe(0);
      }
      expect(alarms).toHaveLength(DAYS.length);
      expect((await stateOf(open(), 'warmth')).audits).toMatchObject({ checked: audited + 2 * DAYS.length, wrong: 4 });
    });

    test('that goes on for ever is looked at no more than twice: what it gives is not decided by what it reads', async () => {
      let asked = 0;
      secret.fever = {
        get warmth() {
          return ++asked;
        },
      };
      const made: number[] = [];
      for (nights = 1; nights <= 5; nights++) made.push(ran(await day(watching(8), `night-${nights}`)));
      expect(made.map((count) => count > 0)).toEqual([true, true, false, false, false]);
      expect((await stateOf(open(), 'warmth')).distrusted?.times).toBe(2);
    });

    test('a second run of a night does not look again', async () => {
      const first = await day(watching(8), 'evening');
      expect(first.map(({ dispatched }) => dispatched > 0)).toContain(true);
      const second = await day(watching(8), 'later');
      expect(second).toMatchObject([{ dispatched: 0, inFlight: 0 }]);
      nights++;
      expect((await day(watching(8), 'tomorrow')).some(({ dispatched }) => dispatched > 0)).toBe(true);
      expect(alarms).toEqual([]);
    });
  });

  describe('because the stored result is another than the books tell,', () => {
    const documentOf = (computation: string) =>
      new Firestore({ projectId: 'daymill-local' }).doc(`results/${computation}/days/${DAYS[1]}`);

    test.each(['set back', 'deleted'])(
      '%s, is alarmed by that cause, and made again; its computation keeps its right',
      async (how) => {
        const right = await valueOf(open(), 'comfort', DAYS[1]);
        const document = documentOf('comfort');
        const older =
          (await new Firestore({ projectId: 'daymill-local' }).doc(`results/comfort/days/${DAYS[0]}`).get()).data() ??
          {};
        await (how === 'deleted' ? document.delete() : document.set(older));
        expect(await valueOf(open(), 'comfort', DAYS[1])).not.toBe(right);
        nights++;
        await day(watching(8), 'tuesday');
        expect(alarms).toEqual([
          expect.stringMatching(/^comfort@.* gave the same\. .* changed or set back outside of Daymill/u),
        ]);
        expect(await valueOf(open(), 'comfort', DAYS[1])).toBe(right);
        expect(await stateOf(open(), 'comfort')).toMatchObject({ audits: { wrong: 1 }, distrusted: undefined });
        nights++;
        await day(watching(8), 'wednesday');
        expect(alarms).toHaveLength(1);
      },
    );

    test('of what it reads, it is not compared, and nobody is blamed but the one that was set back', async () => {
      const document = documentOf('warmth');
      await document.delete();
      nights++;
      await day(watching(8), 'tuesday');
      expect(alarms).toEqual([expect.stringMatching(/^warmth@.* Its stored result is gone/u)]);
      expect(await stateOf(open(), 'comfort')).toMatchObject({ audits: { wrong: 0 }, distrusted: undefined });
      expect((await document.get()).get('status')).toBe('COMPLETED');
    });
  });
});
