/** Results that lack entities on which the author's code failed: said by the run that made them, and by every report until they are whole. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Firestore } from '@google-cloud/firestore';
import type { Ports } from '../../../src/compose.ts';
import { ExplainAnswer, explainAnswer } from '../../../src/mill/answers/explain.ts';
import { RunAnswer, runAnswer } from '../../../src/mill/answers/run.ts';
import { ReportAnswer, reportAnswer } from '../../../src/mill/answers/report.ts';
import { RunSummary, summarize } from '../../../src/mill/answers/run-summary.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { survey } from '../../../src/mill/steps/dispatch/survey.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS, VISITORS } from '../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts, PROJECT_ID } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const [FIRST, SECOND, , LAST] = DAYS;
const days = { from: FIRST, date: LAST };

/** One visitor of 120, on the second day each twentieth: six. */
const PROJECT = {
  'computations/pages.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ user, pages }, { date }) => {
    if (Number(user.slice(5)) % (date === '${SECOND}' ? 20 : 120) === 50 % 20) throw new Error('no pages for ' + user);
    return pages;
  },
});
export const all = defineComputation({
  name: 'all', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()), perEntity: ({ pages }) => pages,
});
export const parsed = defineComputation({
  name: 'parsed', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => JSON.parse(weather.degrees > 11 ? '{"a"' : 'x').a,
});`,
};

describe('entities that failed', () => {
  let local: LocalPorts;
  let ports: Ports;
  const summaryOf = async (before: number): Promise<RunSummary> => {
    const after = await survey({ from: FIRST, to: LAST, dispatchId: 'first' }, ports);
    const asked = {
      date: LAST,
      runs: 1,
      before,
      after,
      seconds: 1,
      firestore: null,
      trouble: undefined,
      priceOf: () => 0,
    };
    return asJson(RunSummary, (await summarize(asked, ports)).summary);
  };
  const report = async (failedShare = 0.01, from: string = FIRST): Promise<ReportAnswer> =>
    asJson(
      ReportAnswer,
      await reportAnswer({ grid: days, from, select: '*' }, { ...ports, failedShare, coverage, sourceDays }),
    );
  const failed = 3 + 6;
  const row = {
    computation: 'pages',
    cells: 4,
    first: FIRST,
    last: LAST,
    failedEntities: failed,
    entities: 4 * VISITORS,
    above: 1,
    worst: {
      date: SECOND,
      failedEntities: 6,
      entities: VISITORS,
      errors: [
        {
          id: '0000010',
          message: expect.stringMatching(
            /^no pages for user-10 \(at perEntity \(computations\/pages\.ts:9:\d+\)\)$/,
          ) as string,
          count: 6,
        },
      ],
    },
  };
  beforeAll(async () => {
    local = await localPorts(PROJECT);
    ports = local.open();
    await loadFixture(ports);
    await runDay(days, ports, 'first');
  });
  afterAll(() => local.close());

  test('are counted in the summary of the run that left them out, and in no later one', async () => {
    expect(await summaryOf(0)).toMatchObject({ completed: 8, failed: 4, failedEntities: failed, partial: [row] });
    const { sequence } = await ports.planning.load();
    const quiet = await summaryOf(sequence);
    expect(quiet).toMatchObject({ completed: 0, failedEntities: 0 });
    expect(quiet.partial).toBeUndefined();
  });

  test('are in every report of their days, against the share that is allowed', async () => {
    expect(await report()).toMatchObject({ failedEntities: failed, partial: [row] });
    expect((await report(0.001)).partial[0]?.above).toBe(4);
    expect((await report(1)).partial[0]?.above).toBe(0);
    expect(await report(1, LAST)).toMatchObject({ failedEntities: 1, partial: [{ cells: 1, first: LAST }] });
  });

  test('and days that failed are each distinct error once, with its place, in the summary, the run and the explanation', async () => {
    const at = (line: number) => String.raw` \(at (?:Object\.)?compute \(computations/pages\.ts:${line}:\d+\)\)$`;
    const place = at(PROJECT['computations/pages.ts'].split('\n').findIndex((text) => text.includes('JSON.parse')) + 1);
    const failure = { computation: 'parsed', code: 'COMPUTE_FAILED', days: 2 };
    expect((await summaryOf(0)).failures).toEqual([
      { ...failure, date: FIRST, message: expect.stringMatching(`Unexpected token 'x'.*${place}`) as string },
      { ...failure, date: DAYS[2], message: expect.stringMatching(`SyntaxError: Expected ':'.*${place}`) as string },
    ]);
    const [run] = (await ports.ledger.runs(1)).slice(0, 1);
    const shown = asJson(RunAnswer, await runAnswer({ id: run?.id ?? '', limit: 1 }, ports));
    expect(shown).toMatchObject({ partial: [row] });
    expect(shown.failures.map(({ error }) => error)).toContainEqual(expect.stringMatching(place));
    const computation = ports.manifest.computations.find(({ name }) => name === 'pages');
    if (computation === undefined) throw new Error('there is no pages');
    const explained = asJson(
      ExplainAnswer,
      await explainAnswer({ computation, date: SECOND, from: FIRST }, { ...ports, coverage, sourceDays }),
    );
    expect(explained.last?.kinds).toEqual(row.worst.errors);
  });

  test('are known again when the plan was lost', async () => {
    const db = new Firestore({ projectId: PROJECT_ID });
    await db.doc('planner/state').delete();
    await db.terminate();
    ports = local.open();
    await indexRootData(ports);
    expect(await report()).toMatchObject({ failedEntities: failed, partial: [row] });
  });

  test('are gone when a run makes the results whole', async () => {
    local.project.write({
      'computations/pages2.ts': PROJECT['computations/pages.ts'].replace(/if \(Number.*\n/, '\n'),
    });
    const computations = ports.manifest.computations.map((entry) =>
      entry.name === 'pages'
        ? Object.assign({}, entry, {
            module: 'computations/pages2.ts',
            fingerprint: { ...entry.fingerprint, code: hashOf('whole') },
          })
        : entry,
    );
    ports = local.open({ ...ports.manifest, computations });
    await runDay(days, ports, 'second');
    expect(await report()).toMatchObject({ failedEntities: 0, partial: [] });
  });
});
