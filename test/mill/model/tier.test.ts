/** Tiers as they are configured. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { Tiers } from '../../../src/mill/model/tier.ts';
import { fixtureProject } from '../../support/fixture-project.ts';

const THREE = [
  { name: 'small', memoryMB: 512, topic: 'computation-tasks' },
  { name: 'medium', memoryMB: 2_048, topic: 'of-my-own' },
  { name: 'very-large', memoryMB: 16_384, topic: 'computation-tasks-verylarge' },
];

describe('tiers', () => {
  test("are the specification's two unless a project says otherwise", () => {
    const { tiers, tier } = readConfig({}, '/nowhere', 1);
    expect(tiers).toEqual([
      { name: 'standard', memoryMB: 2_048, topic: 'computation-tasks' },
      { name: 'high-mem', memoryMB: 8_192, topic: 'computation-tasks-highmem' },
    ]);
    expect(tier).toBe('standard');
  });

  test('are set in package.json, and the environment has the last word', () => {
    const daymill = { tiers: THREE.map(({ topic, ...tier }) => (topic === 'of-my-own' ? { ...tier, topic } : tier)) };
    const project = fixtureProject({ 'package.json': JSON.stringify({ daymill }) });
    expect(readConfig({}, project.root, 1)).toMatchObject({ tiers: THREE, tier: 'small' });
    const env = { DAYMILL_TIERS: 'small=512 medium=2048:of-my-own very-large=16384', DAYMILL_TIER: 'medium' };
    expect(readConfig(env, '/nowhere', 1)).toMatchObject({ tiers: THREE, tier: 'medium' });
    expect(readConfig({ DAYMILL_TIERS: 'only=100' }, project.root, 1).tiers).toHaveLength(1);
    project.remove();
  });

  test.each([
    [{ DAYMILL_TIERS: 'standard' }, /DAYMILL_TIERS/u],
    [{ DAYMILL_TIERS: 'standard=much' }, /DAYMILL_TIERS/u],
    [{ DAYMILL_TIERS: 'Big=100' }, /a tier is named by lower-case letters/u],
    [{ DAYMILL_TIERS: 'a=200 b=100' }, /from the smallest memory to the largest/u],
    [{ DAYMILL_TIERS: 'a=100 a=200' }, /the same name/u],
    [{ DAYMILL_TIERS: 'a=100:t b=200:t' }, /the same topic/u],
    [{ DAYMILL_TIER: 'middling' }, /there is no tier middling, only standard, high-mem/u],
  ])('%j is refused', (env, message) => {
    expect(() => readConfig(env, '/nowhere', 1)).toThrow(
      expect.objectContaining({ code: 'BAD_ARGUMENT', message: expect.stringMatching(message) as string }),
    );
  });

  test('need one at least', () => {
    expect(Tiers.safeParse([]).success).toBe(false);
  });
});
