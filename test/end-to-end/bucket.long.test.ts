/** A dataset in a bucket, from upload to results, by the commands and processes that a person starts. */
import { Storage } from '@google-cloud/storage';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { startEmulators } from '../../src/emulators/start.ts';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, pagesOf, VISITORS } from '../support/fixture-project.ts';

/** The same computations over visits that are loaded from the project's file, and over the same visits in a bucket. */
const COMPUTATIONS = `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, files } from 'daymill';
import { visits } from './datasets.ts';
export const stored = defineDataset({
  name: 'stored', entity: z.object({ user: z.string(), pages: z.number() }),
  source: files('gs://visits-of-test/{yyyy}/{mm}/{dd}/part-*.csv', {
    parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }),
  }),
});
const pages = (name: string, of: typeof visits) => defineComputation({
  name, category: 'tests', needs: { of: dataset(of) }, output: z.record(z.string(), z.number()), perEntity: ({ pages }) => pages,
});
export const loadedPages = pages('loaded-pages', visits);
export const storedPages = pages('stored-pages', stored);
`;

let project: FixtureProject;
beforeAll(() => {
  project = fixtureProject({ 'computations/pages.ts': COMPUTATIONS });
});
afterAll(() => project.remove());

/** Uploads to the project's own local cloud, in two parts a day; a page more for the first visitor of a day that is named. */
async function upload(more?: string): Promise<void> {
  const cloud = await startEmulators({ file: join(project.home, 'state.sqlite'), projectId: 'daymill-local' });
  try {
    const client = new Storage({
      projectId: 'daymill-local',
      apiEndpoint: cloud.env['STORAGE_EMULATOR_HOST'] as string,
    });
    const bucket = client.bucket('visits-of-test');
    if (!(await bucket.exists())[0]) await bucket.create();
    for (const [day, date] of DAYS.entries()) {
      const rows = Array.from({ length: VISITORS }, (_, visitor) => {
        const pages = pagesOf(visitor, day) + (visitor === 0 && date === more ? 1 : 0);
        return `user-${visitor},${pages}`;
      });
      const parts = [rows.slice(0, 50), rows.slice(50)];
      for (const [index, part] of parts.entries())
        await bucket
          .file(`${date.replaceAll('-', '/')}/part-${index}.csv`)
          .save(['user,pages', ...part, ''].join('\n'));
    }
  } finally {
    await cloud.close();
  }
}

const results = async (computation: string, date: string): Promise<unknown> =>
  (await daymill(project, ['results', computation, date, '--json'])).json<{ value: unknown }>().value;

test('a day in a bucket gives what it gives when it is loaded, and an upload runs only the day that it changes', async () => {
  const absent = await daymill(project, ['run', '--json']);
  expect(absent.stderr).toContain('There is no bucket visits-of-test');
  expect(absent.code).toBe(1);
  // What needs no bucket ran.
  expect(absent.json<RunSummary>().completed).toBe(DAYS.length);

  await upload();
  const first = await daymill(project, ['run', '--json']);
  expect(first).toMatchObject({ code: 0 });
  for (const date of DAYS) {
    const found = await results('stored-pages', date);
    expect(Object.keys(found as object)).toHaveLength(VISITORS);
    expect(found).toEqual(await results('loaded-pages', date));
  }

  await upload();
  const again = (await daymill(project, ['run', '--json'])).json<RunSummary>();
  expect(again.completed).toBe(0);

  await upload(DAYS[2]);
  const planned = await daymill(project, ['plan']);
  expect(planned.stdout).toContain(DAYS[2]);
  const changed = (await daymill(project, ['run', '--json'])).json<RunSummary>();
  expect(changed.completed).toBe(1);
  expect(await results('stored-pages', DAYS[2])).toMatchObject({ '0000000': pagesOf(0, 2) + 1 });
});
