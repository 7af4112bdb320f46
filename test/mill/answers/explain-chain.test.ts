/** What `daymill explain` says of a cell whose cause lies many days back, or under many causes: it always leads to the root. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { ExplainAnswer, explainAnswer } from '../../../src/mill/answers/explain.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { computationIn } from '../../../src/mill/model/manifest.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { addDays } from '../../../src/values/date.ts';
import { asJson } from '../../support/as-json.ts';
import { IMPORTS } from '../../support/fixture-project.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const FIRST = '2024-03-01';
const LENGTH = 50;
const dayAt = (index: number): string => addDays(FIRST, index);
const LAST = dayAt(LENGTH - 1);
const CORRECTED = dayAt(12);
const MIDDLE = dayAt(30);

const weather = (degrees: (day: number) => number): string =>
  `date,degrees\n${Array.from({ length: LENGTH }, (_, day) => `${dayAt(day)},${degrees(day)}`).join('\n')}\n`;

/** Sums that go on from day to day, and what reads one of them; and a fan that is wider than an explanation. */
const FAN = Array.from({ length: 22 }, (_, index) => `fan${index}`);
const PROJECT = {
  'weather.csv': weather(() => 1),
  'computations/sums.ts': `${IMPORTS}
export const tuned = defineComputation({
  name: 'tuned', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees * 10,
});
export const sum = defineComputation({
  name: 'sum', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});
export const both = defineComputation({
  name: 'both', category: 'tests', needs: { sum: dependency(sum), tuned: dependency(tuned), before: previous() }, output: z.number(),
  compute: ({ sum, tuned, before }) => (before ?? 0) + sum + tuned,
});
export const shown = defineComputation({
  name: 'shown', category: 'tests', needs: { both: dependency(both) }, output: z.number(), compute: ({ both }) => both,
});
${FAN.map(
  (name) => `export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { tuned: dependency(tuned) }, output: z.number(), compute: ({ tuned }) => tuned,
});`,
).join('\n')}
export const wide = defineComputation({
  name: 'wide', category: 'tests', needs: { ${FAN.map((name) => `${name}: dependency(${name})`).join(', ')} }, output: z.number(),
  compute: ({ fan0 }) => fan0,
});`,
};

describe('a cause that lies far back', () => {
  let local: LocalPorts;
  let ports: Ports;
  const days = { from: FIRST, date: LAST };
  const asked = async (name: string, date: string): Promise<ExplainAnswer> => {
    const computation = computationIn(ports.manifest, name);
    if (computation === undefined) throw new Error(`there is no ${name}`);
    return asJson(
      ExplainAnswer,
      await explainAnswer({ computation, date, from: FIRST }, { ...ports, coverage, sourceDays }),
    );
  };
  const causes = async (name: string, date: string): Promise<string[]> =>
    (await asked(name, date)).causes.map(
      ({ depth, subject, text }) => `${'  '.repeat(depth - 1)}${subject}: ${withoutTimes(text)}`,
    );
  beforeAll(async () => {
    local = await localPorts(PROJECT);
    ports = local.open();
    await loadFiles(LAST, ports);
    await indexRootData(ports);
    await runDay(days, ports, 'first');
    local.project.write({ 'weather.csv': weather((day) => (dayAt(day) === CORRECTED ? 2 : 1)) });
    await loadFiles(LAST, ports);
    await indexRootData(ports);
  });
  afterAll(() => local.close());

  test('is named before it runs …', async () => {
    expect(await causes('sum', LAST)).toEqual([
      `sum@${CORRECTED}: RERUN: changed: document:weather (and 36 more of its days)`,
      `  dataset weather: its content of ${CORRECTED} is another`,
    ]);
  });

  describe('once it ran', () => {
    beforeAll(() => runDay(days, ports, 'second'));

    test('days alike are folded, and the root is named', async () => {
      const { last, causes: found } = await asked('sum', LAST);
      expect(last?.reason).toBe('RERUN: previous changed');
      expect(found).toMatchObject([
        { subject: `sum@${dayAt(LENGTH - 2)}`, alike: { days: 35, first: dayAt(13) } },
        {},
        {},
      ]);
      expect(await causes('sum', LAST)).toEqual([
        `sum@${dayAt(LENGTH - 2)}: ran THEN: RERUN: previous changed (and 35 more days alike, back to ${dayAt(13)})`,
        `  sum@${CORRECTED}: ran THEN: RERUN: changed: document:weather`,
        `    dataset weather: its content of ${CORRECTED} is another`,
      ]);
    });

    test('what reads a chain leads to it too, on each of its days', async () => {
      expect(await causes('shown', LAST)).toEqual([
        `both@${LAST}: ran THEN: RERUN: changed: dependency:sum`,
        `  sum@${LAST}: ran THEN: RERUN: previous changed (and 36 more days alike, back to ${dayAt(13)})`,
        `    sum@${CORRECTED}: ran THEN: RERUN: changed: document:weather`,
        `      dataset weather: its content of ${CORRECTED} is another`,
      ]);
      expect(await causes('both', dayAt(13))).toEqual([
        `sum@${dayAt(13)}: ran THEN: RERUN: previous changed`,
        `  sum@${CORRECTED}: ran THEN: RERUN: changed: document:weather`,
        `    dataset weather: its content of ${CORRECTED} is another`,
      ]);
    });

    test('more causes than a person reads are counted, and what they come to is named', async () => {
      const found = await causes('wide', CORRECTED);
      expect(found.length).toBeLessThan(45);
      expect(found).toContainEqual(expect.stringMatching(/and \d+ more causes/));
      expect(found).toContainEqual(expect.stringContaining(`dataset weather: its content of ${CORRECTED} is another`));
    });

    test('a day of the chain with a cause of its own is named on the way', async () => {
      local.project.write({ 'weather.csv': weather((day) => ([CORRECTED, MIDDLE].includes(dayAt(day)) ? 3 : 1)) });
      await loadFiles(LAST, ports);
      await indexRootData(ports);
      await runDay(days, ports, 'third');
      expect(await causes('sum', LAST)).toEqual([
        `sum@${dayAt(LENGTH - 2)}: ran THEN: RERUN: previous changed (and 17 more days alike, back to ${dayAt(31)})`,
        `  sum@${MIDDLE}: ran THEN: RERUN: changed: document:weather`,
        `    dataset weather: its content of ${MIDDLE} is another`,
      ]);
    });
  });
});

const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN');
