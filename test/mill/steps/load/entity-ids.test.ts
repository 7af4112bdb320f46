/** Entities with names of their own: the day is kept by id, so that the order of its rows says nothing. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import type { Entry } from '../../../../src/mill/model/artifact.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const [DAY] = DAYS;

const FILES = {
  'computations/datasets.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const visits = defineDataset({
  name: 'visits', entity: z.object({ user: z.string(), pages: z.number() }), id: ({ user }) => user,
  source: { file: 'visits.csv', format: 'csv', dateColumn: 'date', parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }) },
});
export const weather = defineDocument({ name: 'weather', document: z.object({ degrees: z.number() }) });`,
  'computations/uses.ts': `${IMPORTS}
export const uses = defineComputation({
  name: 'uses', category: 'tests', needs: { visits: dataset(visits), weather: document(weather) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

const csv = (...rows: string[]): string => `date,user,pages\n${rows.map((row) => `${DAY},${row}\n`).join('')}`;

let local: LocalPorts;
let ports: Ports;
beforeEach(async () => {
  local = await localPorts({ ...FILES, 'visits.csv': csv('zoe,1', 'adam,2', 'Zoe,3') });
  ports = local.open();
});
afterEach(() => local.close());

const entries = async (): Promise<readonly Entry[]> => {
  const [day] = await ports.artifacts.read([{ kind: 'root', dataset: 'visits', date: DAY }]);
  const part = await day?.partWith('adam');
  return part?.entries() ?? [];
};

test('entities lie under their ids, and one is found by its own', async () => {
  await loadFiles(DAY, ports);
  expect(await entries()).toEqual([
    ['Zoe', { user: 'Zoe', pages: 3 }],
    ['adam', { user: 'adam', pages: 2 }],
    ['zoe', { user: 'zoe', pages: 1 }],
  ]);
});

test('the same entities in another order are the same day, and are not written again', async () => {
  await loadFiles(DAY, ports);
  const before = await ports.rootData.days('visits');
  const written = local.usage().writes;
  local.project.write({ 'visits.csv': csv('Zoe,3', 'adam,2', 'zoe,1') });
  await loadFiles(DAY, ports);
  expect(await ports.rootData.days('visits')).toEqual(before);
  // Only the mark that says which file was read.
  expect(local.usage().writes - written).toBe(1);
});

test('two rows with one id: an error that names both, and nothing of the day is there', async () => {
  local.project.write({ 'visits.csv': csv('zoe,1', 'adam,2', 'zoe,3') });
  await expect(loadFiles(DAY, ports)).rejects.toThrow(`visits on ${DAY}, line 4: it has the id "zoe", as line 2 has.`);
  expect((await ports.rootData.days('visits')).size).toBe(0);
});
