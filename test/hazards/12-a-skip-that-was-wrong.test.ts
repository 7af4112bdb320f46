/** Hazard 12: a skip that was wrong is found by an audit, made good, and not made again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { hashOf } from '../../src/model/hash.ts';
import type { Manifest } from '../../src/model/manifest.ts';
import type { TaskMessage } from '../../src/model/message.ts';
import { behaviourOf } from '../../src/model/vector.ts';
import { dispatch, type DispatchAnswer } from '../../src/steps/dispatch.ts';
import { readWhole } from '../../src/steps/load-inputs.ts';
import { work } from '../../src/steps/work.ts';
import { DAYS, IMPORTS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

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

const secret = globalThis as { fever?: { warmth?: number; comfort?: number } };

describe('hazard 12: a skip that was wrong', () => {
  let local: LocalPorts;
  let sent: TaskMessage[];
  let waves = 0;
  beforeEach(async () => {
    sent = [];
    local = await localPorts(COMPUTATIONS);
    await loadFixture(local.open());
    await day(open(), 'monday');
  });
  afterEach(async () => {
    delete secret.fever;
    await local.close();
  });

  /** Every skipped cell is audited, so that chance plays no part. */
  const open = (change: (manifest: Manifest) => Manifest = (manifest) => manifest): Ports => {
    const ports = local.open();
    const queue = { publish: async (messages: readonly TaskMessage[]) => void sent.push(...messages) };
    return { ...ports, queue, manifest: change(ports.manifest), audit: { share: 1, most: 100 } };
  };
  const wave = async (ports: Ports, dispatchId: string, pass: number): Promise<DispatchAnswer> => {
    const callbackUrl = local.callbackUrl(`wave-${++waves}`);
    const answer = await dispatch({ date: DAYS[3], from: DAYS[0], pass, callbackUrl, dispatchId }, ports);
    for (const message of sent.splice(0)) await work(message, ports);
    return answer;
  };
  const day = async (ports: Ports, dispatchId: string): Promise<DispatchAnswer[]> => {
    const answers: DispatchAnswer[] = [];
    for (const pass of [1, 2]) {
      do answers.push(await wave(ports, dispatchId, pass));
      while ((answers.at(-1)?.dispatched ?? 0) > 0);
    }
    return answers;
  };
  const recoded =
    (name: string) =>
    (manifest: Manifest): Manifest => ({
      ...manifest,
      computations: manifest.computations.map((one) =>
        one.name === name ? { ...one, fingerprint: { ...one.fingerprint, code: hashOf('new code') } } : one,
      ),
    });
  const behaviour = ({ manifest }: Ports, name: string): string =>
    behaviourOf(manifest.computations.find((one) => one.name === name)?.fingerprint ?? { code: '', layer: '' });
  const valueOf = async (ports: Ports, computation: string): Promise<unknown> => {
    const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation, date: DAYS[0] }]);
    return artifact === undefined ? undefined : readWhole(artifact);
  };
  const claimProven = async (ports: Ports): Promise<void> => {
    const equivalents = new Map([['warmth', [behaviour(open(), 'warmth'), behaviour(ports, 'warmth')]]]);
    expect(await ports.planning.commit(await ports.planning.load(), { equivalents })).toBe(true);
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
      audits: { checked: DAYS.length, wrong: DAYS.length },
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
      audits: { checked: DAYS.length, wrong: 0 },
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
      audits: { checked: DAYS.length, wrong: DAYS.length },
      distrusted: { because: 'AUDIT' },
    });
    // Its input runs again with the same result once more: this time it is not even tried to skip.
    const later = await day(open(), 'wednesday');
    expect(later.map(({ outcomes }) => outcomes.RERUN)).toContain(DAYS.length);
    const [stored] = await ports.cells.read([{ computation: 'comfort', date: DAYS[0] }]);
    expect(stored?.record?.because).toMatchObject({ why: 'DISTRUSTED', inputs: ['dependency:warmth'] });
  });
});
