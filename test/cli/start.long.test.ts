/** Which processes a run starts for what it finds to do, however late it finds that. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Noted, notedProcesses } from '../support/noted-processes.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill, type Ended } from './start-daymill.ts';

let project: ShopProject;
beforeAll(async () => {
  project = shopProject();
  await daymill(project, ['run']);
});
afterAll(() => project.remove());

const run = (): Promise<Noted<Ended>> => notedProcesses((env) => daymill(project, ['run'], env));

const targetsOf = ({ processes }: Noted<Ended>): string[] =>
  [...new Set(processes.flatMap(([target]) => /^--target=(.*)/.exec(target ?? '')?.[1] ?? []))].sort();

test('what has something to load starts a process for each function', async () => {
  project.edit('data/orders.csv', '2024-01-04,south,40', '2024-01-04,south,41');
  const noted = await run();
  expect(noted.answer.stdout).toContain('Done. 2024-01-04: 4 cells ran, 10 up to date');
  expect(targetsOf(noted)).toEqual(['dispatch', 'index', 'reconcile', 'work']);
});

test('what finds only while it plans that there is something to run starts processes for that', async () => {
  project.write('late.csv', 'day,shop,amount\n2024-01-04,south,42\n');
  expect((await daymill(project, ['load', 'orders', 'late.csv'])).code).toBe(0);
  const noted = await run();
  expect(noted.answer.stdout).toContain('Done. 2024-01-04: 4 cells ran, 10 up to date');
  expect(targetsOf(noted)).toEqual(['reconcile', 'work']);
});

test('what is asked for again starts a process for each function, and what then finds nothing starts none', async () => {
  const noted = await notedProcesses((env) => daymill(project, ['rerun', 'best-day'], env));
  expect(noted.answer.stdout).toContain('Done. 2024-01-04: 1 cell ran');
  expect(targetsOf(noted)).toEqual(['dispatch', 'index', 'reconcile', 'work']);
  expect((await run()).processes).toEqual([['run']]);
});
