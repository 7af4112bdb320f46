/**
 * The services that a deployment wants, as processes: each from the folder that an image has, with runtime packages alone, within its memory, and with no
 * variables but those that `daymill deploy` and Cloud Run set. A first night with a task that its tier has no room for, a day that is corrected late, and
 * changed code: all of it seen and steered by `--cloud`.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Tiers } from '../../src/mill/model/tier.ts';
import { deployed, type Deployed, NAME, PROJECT, REGION } from '../support/deployed.ts';
import { daymill, HASTE, type Ended } from '../support/daymill-process.ts';
import { installImage, packed, projectWith, run, stageInto, write } from '../support/packed.ts';

const TIERS = Tiers.parse([
  { name: 'standard', memoryMB: 512 },
  { name: 'high-mem', memoryMB: 2_048 },
]);

const CONFIG = `
import { defineConfig } from 'daymill';
export default defineConfig({
  from: '2026-05-01', date: '2026-05-04', audit: { nightly: 0 },
  tiers: [{ name: 'standard', memoryMB: 512 }, { name: 'high-mem', memoryMB: 2_048 }],
  cloud: { project: '${PROJECT}', region: '${REGION}', name: '${NAME}' },
});
`;

/** Takes 700 MB on one day: more than a standard worker's container has. */
const HUNGRY = `
import { dependency, defineComputation } from 'daymill';
import { z } from 'zod';
import { dailySales } from './daily-sales.ts';
export const hungry = defineComputation({
  name: 'hungry', category: 'sales', needs: { today: dependency(dailySales) }, output: z.number(),
  compute: ({ today }, { date }) => {
    const blocks = [];
    for (let size = 0; date === '2026-05-03' && size < 700; size += 10) blocks.push(new Uint8Array(10_000_000).fill(size));
    return today.orders + blocks.length * 0;
  },
});
`;

let folder: string;
let project: { readonly root: string };
let image: string;
let shop: Deployed;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-deployed-'));
  project = { root: join(folder, 'shop') };
  image = join(folder, 'image');
  projectWith(packed(folder), project.root);
  write(project.root, { 'daymill.config.ts': CONFIG, 'src/computations/hungry.ts': HUNGRY });
  stageInto(image, project.root);
  installImage(image);
  shop = await deployed(project, { tiers: TIERS, simulate: true, image });
});
afterAll(async () => {
  await shop.close();
  rmSync(folder, { recursive: true, force: true });
});

const cloud = (...args: readonly string[]): Promise<Ended> =>
  daymill(project, [...args, '--cloud'], { ...HASTE, ...shop.env });

const night = async (): Promise<{ completed: number; failed: number }> =>
  (await cloud('run', '--json')).json<{ completed: number; failed: number }>();

test('the image has no packages but those that run there', () => {
  expect(() => run('npm', ['ls', 'typescript'], { cwd: image })).toThrow('(empty)');
  expect(readFileSync(join(image, 'package.json'), 'utf8')).not.toContain('typescript');
});

test('a first night: what is too large for its tier dies there, and is made on the larger one', async () => {
  // 4 days of 4 computations.
  expect(await night()).toMatchObject({ completed: 16, failed: 0 });
  const { stdout } = await cloud('attempts', 'hungry', '2026-05-03');
  // Nothing outlives a container to say why: it is moved up after two deaths without a word.
  expect(stdout).toMatch(/high-mem +COMPLETED/);
  expect(stdout).toMatch(/standard +DIED/);
  expect((await cloud('results', 'hungry', '2026-05-03', '--json')).json()).toMatchObject({
    value: expect.any(Number),
  });
  expect((await cloud('dead-letters', '--json')).json()).toMatchObject({ deadLetters: [] });
});

test('a second night runs nothing, and says so', async () => {
  expect(await night()).toMatchObject({ completed: 0, failed: 0 });
});

test('a day that is corrected late runs again, with what reads it and nothing else', async () => {
  const file = join(project.root, 'data/orders.csv');
  const text = readFileSync(file, 'utf8');
  write(project.root, { 'data/orders.csv': text.replace('2026-05-02,', '2026-05-02,latte,4.00\n2026-05-02,') });
  const { completed } = await night();
  expect(completed).toBeGreaterThan(0);
  const { stdout } = await cloud('explain', 'daily-sales', '2026-05-02');
  expect(stdout).toContain('orders');
  expect((await cloud('explain', 'daily-sales', '2026-05-01')).stdout).toContain('nothing that it reads has changed');
});

test('changed code is deployed, runs, and is compared with what it was', async () => {
  const file = 'src/computations/daily-sales.ts';
  const text = readFileSync(join(project.root, file), 'utf8');
  write(project.root, { [file]: text.replace('revenue: cents / 100', 'revenue: (cents * 2) / 100') });
  stageInto(image, project.root);
  await shop.restart();
  expect((await cloud('plan', '--json')).json()).toMatchObject({ cells: { RERUN: expect.any(Number) as number } });
  expect((await night()).completed).toBeGreaterThanOrEqual(4);
  expect((await cloud('report', '--json')).code).toBe(0);
});
