/** Versions of code with their verdicts, and the cells that a proof saves. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { CodeAnswer, codeAnswer } from '../../../src/mill/answers/code.ts';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { preflight } from '../../../src/mill/steps/prove/preflight.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS } from '../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const project = (warmth: string, pages: string) => ({
  'computations/sums.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(), compute: ({ weather }) => ${warmth},
});
export const doubled = defineComputation({
  name: 'doubled', category: 'tests', needs: { weather: document(weather) }, output: z.number(), compute: ({ weather }) => ${pages},
});`,
});

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts(project('weather.degrees + 1', 'weather.degrees * 2'));
  ports = local.open();
  await loadFixture(ports);
});
afterAll(() => local.close());

const changeTo = async (files: Record<string, string>) => {
  local.project.write(files);
  return local.open(await buildManifest({ root: local.project.root, directory: 'computations' }));
};
const night = async (on: Ports, id: string) => {
  await preflight(on);
  await runDay({ from: DAYS[0], date: DAYS[3] }, on, id);
};
const answerOf = async (on: Ports, name: string) => {
  const { computations } = asJson(CodeAnswer, await codeAnswer(on));
  return computations.find(({ computation }) => computation === name)?.versions ?? [];
};

test('of code before and after it is looked at, and of a change that is proven to do the same', async () => {
  expect(await answerOf(ports, 'warmth')).toMatchObject([{ current: true, unreached: [] }]);
  await night(ports, 'first');
  const [first] = await answerOf(ports, 'warmth');
  expect(first).toMatchObject({ current: true, cellsSaved: 0 });
  expect(first?.verdict).toBeUndefined();
  expect(first?.sinceMs).toBeGreaterThan(0);

  const same = await changeTo(project('1 + weather.degrees', 'weather.degrees * 3'));
  const seen = await answerOf(same, 'warmth');
  expect(seen.map(({ current, verdict }) => [current, verdict])).toEqual([
    [true, 'unproven'],
    [false, undefined],
  ]);
  await night(same, 'second');
  const warmth = await answerOf(same, 'warmth');
  expect(warmth.map(({ current, verdict }) => [current, verdict])).toEqual([
    [true, 'same'],
    [false, undefined],
  ]);
  expect(warmth[0]?.cellsSaved).toBe(DAYS.length);
  const doubled = await answerOf(same, 'doubled');
  expect(doubled[0]).toMatchObject({ current: true, verdict: 'changed', cellsSaved: 0 });
  expect(doubled[0]?.because).not.toBe('');
});
