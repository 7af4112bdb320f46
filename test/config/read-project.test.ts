/** A project's settings: by Node from daymill.config.ts, or from package.json, and what is wrong with them in words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { linkPackages } from '../support/link-packages.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'daymill-config-'));
  linkPackages(root);
  write('package.json', '{ "type": "module" }');
});
afterEach(() => rmSync(root, { recursive: true }));

const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
const read = (env: Record<string, string> = {}) => readConfig(env, root, 1);

test('daymill.config.ts is read by Node, types and all', () => {
  write(
    'daymill.config.ts',
    `import { defineConfig, type ProjectConfig } from 'daymill';
     const from: string = '2024-01-01';
     export default defineConfig({ computations: 'metrics', from, audit: { nightly: 3 } } satisfies ProjectConfig);`,
  );
  expect(read()).toMatchObject({ computations: ['metrics'], from: '2024-01-01', audit: { nightly: 3 } });
});

test('it may be a function of the environment', () => {
  write(
    'daymill.config.mjs',
    `import { defineConfig } from 'daymill/config';
     export default defineConfig(({ env }) => ({ epoch: env.STAGE === 'production' ? 2 : 1 }));`,
  );
  expect([read().epoch, read({ STAGE: 'production' }).epoch]).toEqual([1, 2]);
});

test('without it, the member of package.json holds', () => {
  write('package.json', '{ "daymill": { "computations": "here" } }');
  expect(read().computations).toEqual(['here']);
});

test('computations lie in a folder, or in several; of those that the environment names alone', () => {
  write('package.json', '{ "daymill": { "computations": ["sales", "stock"] } }');
  expect(read().computations).toEqual(['sales', 'stock']);
  expect(read({ DAYMILL_COMPUTATIONS: 'stock, returns' }).computations).toEqual(['stock', 'returns']);
  expect(() => read({ DAYMILL_COMPUTATIONS: 'stock,,' })).toThrow(
    'environment.DAYMILL_COMPUTATIONS: names a folder that has no name.',
  );
  for (const none of ['[]', '[""]', '""', '[1]', '7']) {
    write('package.json', `{ "daymill": { "computations": ${none} } }`);
    expect(read).toThrow('package.json: daymill.computations');
  }
});

test.each<[what: string, files: Record<string, string>, words: string]>([
  [
    'a slip',
    { 'daymill.config.js': 'export default { computatons: "x" };' },
    'daymill.config.js: nothing is called computatons here; did you mean computations? Correct it and try again.',
  ],
  [
    'a slip further down',
    { 'daymill.config.js': 'export default { audit: { nigthly: 1 } };' },
    'daymill.config.js.audit: nothing is called nigthly here; did you mean nightly?',
  ],
  [
    'a name like no other',
    { 'daymill.config.js': 'export default { audit: { zzzzzz: 1 } };' },
    'there are share, most, nightly. Correct it',
  ],
  ['a wrong value', { 'daymill.config.js': 'export default { from: "may" };' }, 'daymill.config.js.from: '],
  [
    'no default export',
    { 'daymill.config.js': 'export const config = {};' },
    'daymill.config.js: its default export gives undefined. Write: export default defineConfig({ … }).',
  ],
  ['a promise', { 'daymill.config.js': 'export default async () => ({});' }, 'its default export gives a promise.'],
  [
    'an await',
    { 'daymill.config.js': 'await 1; export default {};' },
    'daymill.config.js: it awaits at its top level, and settings are read at once.',
  ],
  [
    'a throw',
    { 'daymill.config.js': 'throw new TypeError("no such thing");' },
    'daymill.config.js: it could not be loaded: TypeError: no such thing',
  ],
  [
    'two files',
    { 'daymill.config.ts': 'export default {};', 'daymill.config.js': 'export default {};' },
    'There are daymill.config.ts and daymill.config.js. Keep one of them and remove the other.',
  ],
  [
    'both kinds',
    { 'daymill.config.ts': 'export default {};', 'package.json': '{ "daymill": {} }' },
    'package.json has a member "daymill", and there is daymill.config.ts. Move what package.json says into daymill.config.ts, and remove the member.',
  ],
])('%s is told in words', (_, files, words) => {
  for (const [file, text] of Object.entries(files)) write(file, text);
  expect(read).toThrow(words);
});
