/** Hazard 9: corrupt output is stored. What a computation returns is checked before anything of it becomes visible. */
import { type DocumentData, Firestore } from '@google-cloud/firestore';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS, visitsCsv, weatherCsv } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

/** A result that is good until the day gets warmer than eleven degrees. */
const turnsBad = (name: string, compute: string, output: string): string => `
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { weather: document(weather) }, output: ${output},
  compute: ({ weather }) => (weather.degrees < 12 ? 1 : ${compute}),
});`;

/** Values of entities that are good until there are many pages. */
const entitiesTurnBad = (name: string, perEntity: string): string => `
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => (pages < 50 ? pages : ${perEntity}),
});`;

const CASES = {
  nan: ['NaN', turnsBad('nan', 'NaN', 'z.number()')],
  infinite: ['an infinite number', turnsBad('infinite', '1 / 0', 'z.number()')],
  deep: ['NaN deep inside', turnsBad('deep', '({ a: [1, { b: NaN }] })', 'z.any()')],
  misshapen: ['what its schema does not take', turnsBad('misshapen', `'a word'`, 'z.number()')],
  nothing: ['nothing', turnsBad('nothing', 'undefined', 'z.number()')],
  unsayable: ['what JSON cannot say', turnsBad('unsayable', '10n', 'z.any()')],
  ring: ['an object that holds itself', turnsBad('ring', '(() => { const a = {}; a.a = a; return a; })()', 'z.any()')],
  entities: ['NaN for its entities', entitiesTurnBad('entities', 'NaN')],
  words: ['words for the numbers of its entities', entitiesTurnBad('words', `'a word'`)],
} as const;

const readerOf = (name: string): string => `
export const reads${name} = defineComputation({
  name: 'reads-${name}', category: 'tests', needs: { of: dependency(${name}) }, output: z.boolean(),
  compute: ({ of }) => of === 1,
});`;

const DAY = DAYS[0];

describe('hazard 9: corrupt output is stored', () => {
  let local: LocalPorts;
  let db: Firestore;
  const before = new Map<string, DocumentData | undefined>();
  const stored = async (computation: string) => (await db.doc(`results/${computation}/days/${DAY}`).get()).data();

  const run = async (): Promise<void> => {
    await loadFixture(local.open());
    for (const pass of [1, 2]) {
      const ports = local.open();
      const { runId } = await dispatch({ date: DAY, from: DAY, pass }, ports);
      const open = (await ports.planning.load()).open.find(({ run }) => run.id === runId);
      for (const { id } of open?.tasks ?? []) await work({ taskId: id, runId } as never, ports);
    }
  };
  beforeAll(async () => {
    const sources = Object.entries(CASES).map(([name, [, source]]) => `${source}${readerOf(name)}`);
    local = await localPorts({ 'computations/all.ts': `${IMPORTS}${sources.join('\n')}` });
    db = new Firestore({ projectId: 'daymill-local' });
    await run();
    for (const name of Object.keys(CASES))
      for (const cell of [name, `reads-${name}`]) before.set(cell, await stored(cell));
    local.project.write({ 'weather.csv': weatherCsv(() => 12), 'visits.csv': visitsCsv(() => 60) });
    await run();
  });
  afterAll(async () => {
    await db.terminate();
    await local.close();
  });

  test.each(Object.entries(CASES).map(([name, [what]]) => [what, name]))(
    '%s: the last good result stays, and nobody reads anything else',
    async (_, name) => {
      const good = before.get(name);
      expect(good).toMatchObject({ status: 'COMPLETED' });
      const bad = await stored(name);
      expect(bad).toMatchObject({ status: 'FAILED', artifact: good?.['artifact'], generation: good?.['generation'] });
      expect(bad?.['error'].code).toMatch(/^(OUTPUT_INVALID|QUALITY_CIRCUIT_BREAKER)$/);
      const { artifacts } = local.open();
      expect(await artifacts.read([{ kind: 'cell', computation: name, date: DAY }])).toEqual([undefined]);
      expect(before.get(`reads-${name}`)).toMatchObject({ status: 'COMPLETED' });
      expect(await stored(`reads-${name}`)).toEqual(before.get(`reads-${name}`));
    },
  );

  test('is not tried again: the same code on the same input would return the same', async () => {
    const tasks = await db.collection('computation_audit_ledger').where('status', '==', 'FAILED').get();
    expect(tasks.size).toBeGreaterThan(0);
    expect(tasks.docs.filter((task) => task.get('attempts') !== 1).map(({ id }) => id)).toEqual([]);
    expect((await db.collectionGroup('shards').get()).size).toBe(0);
  });
});
