/** What `daymill explain` says of each kind of cell, and what `daymill diff` would change, on real stores in this process: as JSON, by its schema. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printExplanation } from '../../../src/cli/commands/explain.ts';
import { DiffAnswer, diffDays, Difference, diffPreview } from '../../../src/mill/answers/diff.ts';
import { ExplainAnswer, explainAnswer } from '../../../src/mill/answers/explain.ts';
import { foresee } from '../../../src/mill/answers/foresee.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { openOutput } from '../../../src/cli/output.ts';
import type { Ports } from '../../../src/compose.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { computationIn, type Manifest, type ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { report } from '../../../src/mill/planning/report.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { preflight } from '../../../src/mill/steps/prove/preflight.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS, weatherCsv } from '../../support/fixture-project.ts';
import { loadFiles, loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const [FRI, SAT, SUN, MON] = DAYS;
const SECOND_HEAT = `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather) }, output: z.object({ f: z.number(), unit: z.string() }),
  compute: ({ weather }) => ({ f: weather.degrees * 2 + 30, unit: 'F' }),
});`;
const PROJECT = {
  // Monday has no weather.
  'weather.csv': weatherCsv().split('\n').slice(0, 4).join('\n') + '\n',
  'computations/heat.ts': `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather) }, output: z.object({ f: z.number(), unit: z.string() }),
  compute: ({ weather }) => ({ f: weather.degrees * 2, unit: 'F' }),
});`,
  'computations/rest.ts': `${IMPORTS}
import { heat } from './heat.ts';
export const warm = defineComputation({
  name: 'warm', category: 'tests', needs: { heat: dependency(heat) }, output: z.boolean(), compute: ({ heat }) => heat.f > 10,
});
export const mood = defineComputation({
  name: 'mood', category: 'tests', needs: { warm: dependency(warm) }, output: z.string(), compute: ({ warm }) => (warm ? 'good' : 'bad'),
});
export const strict = defineComputation({
  name: 'strict', category: 'tests', needs: { heat: dependency(heat) }, output: z.number(),
  compute: ({ heat }, { date }) => { if (date === '${SAT}') throw new Error('the glass broke'); return heat.f; },
});
export const after = defineComputation({
  name: 'after', category: 'tests', needs: { strict: dependency(strict) }, output: z.number(), compute: ({ strict }) => strict,
});
export const last = defineComputation({
  name: 'last', category: 'tests', needs: { after: dependency(after) }, output: z.number(), compute: ({ after }) => after,
});
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()), perEntity: ({ pages }) => pages,
});`,
};

/**
 * Of an explanation that follows no cause: the state, the registry, the cell and its book, a mark and an index for each of two datasets; and the
 * seven days that were loaded just before they were indexed, which are looked at again.
 */
const MAX_READS = 14;

const days = { from: FRI, date: MON };

/** The manifest after an edit of `name`'s code. */
const edited = (manifest: Manifest, name: string, change: Partial<ManifestComputation> = {}): Manifest => ({
  ...manifest,
  computations: manifest.computations.map((each) =>
    each.name === name
      ? { ...each, fingerprint: { ...each.fingerprint, code: hashOf('other code') }, ...change }
      : each,
  ),
});

describe('a project that ran', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeAll(async () => {
    local = await localPorts(PROJECT);
    ports = local.open();
    await loadFixture(ports);
    await runDay(days, ports, 'first');
  });
  afterAll(() => local.close());

  const definition = (name: string, on: Ports = ports): ManifestComputation => {
    const found = computationIn(on.manifest, name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return found;
  };
  const explain = async (name: string, date: string, on: Ports = ports): Promise<ExplainAnswer> =>
    asJson(
      ExplainAnswer,
      await explainAnswer({ computation: definition(name, on), date, from: FRI }, { ...on, coverage, sourceDays }),
    );
  const causes = (explained: ExplainAnswer): string[] =>
    explained.causes.map(({ depth, subject, text }) => `${'  '.repeat(depth - 1)}${subject}: ${withoutTimes(text)}`);
  const printed = (explained: ExplainAnswer): string => {
    let text = '';
    const stream = { write: (written: string) => (text += written) };
    printExplanation(explained, definition(explained.computation), undefined, openOutput(stream, stream, false));
    return withoutTimes(text);
  };
  const diff = async (name: string, date: string, on: Ports = ports): Promise<DiffAnswer> =>
    asJson(
      DiffAnswer,
      await diffPreview(
        { computation: definition(name, on), date, from: FRI },
        { ...on, coverage, sourceDays, previewLog: on.log },
      ),
    );

  /** The project after an edit of `heat`. */
  const afterEdit = (change: Partial<ManifestComputation> = {}): Ports => ({
    ...local.open(),
    manifest: edited(ports.manifest, 'heat', change),
  });
  const secondHeat = (): Ports => {
    local.project.write({ 'computations/heat2.ts': SECOND_HEAT });
    return afterEdit({ module: 'computations/heat2.ts' });
  };

  describe('explain', () => {
    test('a cell that is up to date reads a handful of documents, however many cells there are', async () => {
      const before = local.usage().reads;
      const explained = await explain('mood', FRI);
      expect(local.usage().reads - before).toBeLessThanOrEqual(MAX_READS);
      expect(explained.now).toEqual({ outcome: 'SKIP', reason: { why: 'UNCHANGED' }, text: UNCHANGED });
      expect(explained.vector.every(({ same }) => same === true)).toBe(true);
      expect(causes(explained)).toEqual([]);
    });

    test('an impossible cell leads to the data that is not there', async () => {
      const explained = await explain('mood', MON);
      expect(explained.now.text).toBe('UPSTREAM warm');
      expect(causes(explained)).toEqual([
        `warm@${MON}: IMPOSSIBLE: UPSTREAM heat`,
        `  heat@${MON}: IMPOSSIBLE: NO_DATA weather`,
        `    dataset weather: no data for ${MON}: weather.csv holds ${FRI} … ${SUN}, after it ends`,
      ]);
    });

    test('a cell that failed shows its error, and so does one that never ran because of it', async () => {
      const failed = await explain('strict', SAT);
      expect(failed.now.outcome).toBe('RERUN');
      expect(causes(failed)).toEqual([expect.stringContaining('COMPUTE_FAILED: strict: Error: the glass broke')]);
      expect(causes(await explain('after', SAT))).toEqual([
        `strict@${SAT}: RERUN: failed before: COMPUTE_FAILED`,
        expect.stringContaining('  COMPUTE_FAILED: strict: Error: the glass broke'),
      ]);
      expect(causes(await explain('last', SAT)).slice(0, 2)).toEqual([
        `after@${SAT}: RUN: never ran`,
        `  strict@${SAT}: RERUN: failed before: COMPUTE_FAILED`,
      ]);
    });

    test('changed code is the root of what follows from it, and conditional where it may stop', async () => {
      const explained = await explain('mood', FRI, afterEdit());
      expect(explained.now.text).toBe('if dependency:warm changes');
      expect(causes(explained)).toEqual([
        `warm@${FRI}: RERUN: if dependency:heat changes`,
        `  heat@${FRI}: RERUN: changed: code`,
        '    code: its own code is another than when it ran',
      ]);
      expect(explained.vector.at(-1)).toMatchObject({ part: 'dependency:warm', current: null, same: null });
    });
  });

  describe('diff', () => {
    test('shows what changed code would do to a result, and writes nothing', async () => {
      const before = local.usage().writes;
      expect(await diff('heat', SAT, secondHeat())).toMatchObject({
        identical: false,
        reason: { outcome: 'RERUN', text: 'changed: code' },
        outdated: [],
        differences: [{ kind: 'changed', changes: [{ path: 'f', before: 22, after: 52, delta: 30 }] }],
      });
      expect(local.usage().writes).toBe(before);
    });

    test('reads what is stored, and names what a run would make first', async () => {
      expect(await diff('warm', SAT, secondHeat())).toMatchObject({ identical: true, outdated: [`heat@${SAT}`] });
    });

    test('says what a run would say: an error, an input that is not there, a day without data', async () => {
      expect(await diff('strict', SAT)).toMatchObject({ error: { code: 'COMPUTE_FAILED' } });
      expect(await diff('after', SAT)).toMatchObject({ missing: { outcome: 'RUN' } });
      expect(await diff('mood', MON)).toMatchObject({ missing: { outcome: 'IMPOSSIBLE', text: 'UPSTREAM warm' } });
    });

    test('compares two stored days, entity by entity', async () => {
      const asked = { computation: definition('pages'), date: FRI, other: SAT, from: FRI };
      const answer = asJson(Difference, await diffDays(asked, { ...ports, coverage, sourceDays }));
      expect(answer).toMatchObject({ added: 0, removed: 0, changed: 120, same: 0, identical: false });
      expect(answer.members).toEqual([{ path: '', changed: 120, deltas: [1, 1] }]);
      expect(answer.differences[0]).toEqual({
        entity: '0000000',
        kind: 'changed',
        changes: [{ path: '', before: 0, after: 1, delta: 1 }],
      });
    });
  });

  test('explain says of a stable cell which code made its result', async () => {
    const [on, { fingerprint }] = [afterEdit(), definition('heat')];
    await preflight(ports);
    const explained = await explain('heat', FRI, on);
    expect(explained.now).toMatchObject({
      outcome: 'STABLE',
      madeBy: { code: fingerprint.code, layer: fingerprint.layer },
    });
    expect(printed(explained)).toContain(`its result was made by code ${fingerprint.code}`);
  });

  test('explain says of a cell that early cutoff spared what ran again, and why', async () => {
    local.project.write({ 'weather.csv': weatherCsv((day) => 20 + day) });
    await loadFiles(MON, ports);
    await indexRootData(ports);
    expect(causes(await explain('heat', FRI))).toEqual([`dataset weather: its content of ${FRI} is another`]);
    await runDay(days, ports, 'second');
    const { now } = await explain('mood', FRI);
    expect(now.text).toBe(UNCHANGED);
    expect(now.cutOff?.inputs).toEqual(['dependency:warm']);
    expect(now.cutOff?.dispatchId).toBe('second');
    expect(now.cutOff?.causes.map(({ subject, text }) => `${subject}: ${withoutTimes(text)}`)).toEqual([
      `warm@${FRI}: ran THEN: RERUN: changed: dependency:heat`,
      `heat@${FRI}: ran THEN: RERUN: changed: document:weather`,
      `dataset weather: its content of ${FRI} is another`,
    ]);
    expect(causes(await explain('warm', FRI))).toEqual([
      `heat@${FRI}: ran THEN: RERUN: changed: document:weather`,
      `  dataset weather: its content of ${FRI} is another`,
    ]);
    const { plan } = await foresee(days, { ...ports, coverage, sourceDays });
    const { days: all } = report({ plan, computations: plan.computations, ...days, to: MON });
    expect(all[0]).toMatchObject({ upToDate: 7, cutOff: 1 });
  });
});

const UNCHANGED = 'nothing that it reads has changed';

const withoutTimes = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'THEN');
