import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { projectManifest } from '../../../src/cli/project.ts';
import { stage, type Staged } from '../../../src/deploy/stage/stage.ts';
import type { FixtureProject } from '../../support/fixture-project.ts';
import { DAY, LOCK, PACKAGE, stagedProject } from '../../support/staged-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

const folders: { remove(): void }[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

function project(files?: Readonly<Record<string, string>>): FixtureProject {
  const made = stagedProject(files);
  folders.push(made);
  return made;
}

async function staged(root: string): Promise<Staged> {
  return stage(root, await projectManifest(readConfig({}, root, 1)));
}

const textOf = ({ files }: Staged, path: string): string => Buffer.from(files.get(path) ?? []).toString('utf8');

describe('a project of its own', () => {
  test('is staged with its code, settings, packages and manifest, and nothing else', async () => {
    const made = await staged(project().root);
    expect([...made.files.keys()].sort()).toEqual([
      'computations/datasets.ts',
      'computations/warm.ts',
      'daymill-functions.mjs',
      'daymill-manifest.json',
      'daymill.config.ts',
      'package-lock.json',
      'package.json',
      'settings/from.ts',
    ]);
    expect(textOf(made, 'daymill-functions.mjs')).toBe("import 'daymill/functions';\n");
    expect(JSON.parse(textOf(made, 'daymill-manifest.json'))).toMatchObject({ computations: [{ name: 'warm' }] });
  });

  test('has what runs at runtime in its package.json and its lock, each package where Node finds it', async () => {
    const made = await staged(project().root);
    expect(JSON.parse(textOf(made, 'package.json'))).toMatchObject({
      dependencies: { daymill: '0.1.0', zod: '4.6.7', '@google-cloud/functions-framework': '5.0.5' },
      main: 'daymill-functions.mjs',
      type: 'module',
    });
    const { packages } = JSON.parse(textOf(made, 'package-lock.json')) as typeof LOCK;
    expect(Object.keys(packages)).toEqual([
      '',
      'node_modules/@google-cloud/functions-framework',
      'node_modules/daymill',
      'node_modules/daymill/node_modules/pino',
      'node_modules/zod',
    ]);
    expect(packages['node_modules/zod']).toEqual({ version: '4.6.7' });
  });

  test('has the same hash elsewhere, and another when anything that runs is another', async () => {
    const [here, there] = [project(), project()];
    const { hash } = await staged(here.root);
    expect((await staged(there.root)).hash).toBe(hash);
    there.write({ 'test/warm.test.ts': 'export const more = 1;\n', 'README.md': 'words' });
    expect((await staged(there.root)).hash).toBe(hash);
    for (const changed of [
      { 'computations/warm.ts': DAY.replace('day.degrees', 'day.degrees + 1') },
      { 'settings/from.ts': "export const FROM = '2024-03-02';\n" },
      { 'package-lock.json': JSON.stringify(LOCK).replaceAll('10.4.0', '10.4.1') },
    ]) {
      const other = project(changed);
      expect((await staged(other.root)).hash).not.toBe(hash);
    }
  });

  test('without a lock is told to make one', async () => {
    const { root } = project();
    rmSync(join(root, 'package-lock.json'));
    await expect(staged(root)).rejects.toMatchObject({
      code: 'MISSING_FILE',
      message: expect.stringContaining('Run npm install'),
    });
  });

  test.each([
    ['a folder elsewhere', { resolved: '../daymill', link: true }, 'daymill is installed from ../daymill'],
    [
      'an archive elsewhere',
      { version: '0.1.0', resolved: 'file:../daymill-0.1.0.tgz' },
      'daymill is installed from ../daymill-0.1.0.tgz',
    ],
  ])('whose Daymill comes from %s is refused: no build in the cloud reaches it', async (_, entry, message) => {
    const packages = { ...LOCK.packages, 'node_modules/daymill': entry };
    const { root } = project({ 'package-lock.json': JSON.stringify({ ...LOCK, packages }) });
    await expect(staged(root)).rejects.toThrow(message);
  });

  test('whose Daymill comes from an archive in its folder takes that along', async () => {
    const entry = { ...LOCK.packages['node_modules/daymill'], resolved: 'file:packages/daymill-0.1.0.tgz' };
    const packages = { ...LOCK.packages, 'node_modules/daymill': entry };
    const made = await staged(
      project({ 'package-lock.json': JSON.stringify({ ...LOCK, packages }), 'packages/daymill-0.1.0.tgz': 'bytes' })
        .root,
    );
    expect(textOf(made, 'packages/daymill-0.1.0.tgz')).toBe('bytes');
  });

  test('whose own functions-framework is not the one of Daymill is refused: nothing would be served', async () => {
    const packages = {
      ...LOCK.packages,
      'node_modules/daymill/node_modules/@google-cloud/functions-framework': { version: '5.0.5' },
    };
    const { root } = project({ 'package-lock.json': JSON.stringify({ ...LOCK, packages }) });
    await expect(staged(root)).rejects.toThrow('There are two of @google-cloud/functions-framework');
  });

  test('whose lock does not fit its package.json is told so', async () => {
    const { root } = project({
      'package.json': JSON.stringify({ ...PACKAGE, dependencies: { ...PACKAGE.dependencies, lodash: '4' } }),
    });
    await expect(staged(root)).rejects.toThrow('package-lock.json has no lodash, which package.json asks for');
  });

  test('that is too large is refused, with what is large', async () => {
    const entry = { ...LOCK.packages['node_modules/daymill'], resolved: 'file:daymill-0.1.0.tgz' };
    const packages = { ...LOCK.packages, 'node_modules/daymill': entry };
    const { root } = project({
      'package-lock.json': JSON.stringify({ ...LOCK, packages }),
      'daymill-0.1.0.tgz': 'x'.repeat(51_000_000),
    });
    await expect(staged(root)).rejects.toThrow(
      /^What would be deployed is 52 MB, and 50 is the most. The largest are daymill-0.1.0.tgz \(51 MB\)/,
    );
  });
});

describe('a clone', () => {
  test('serves every function from what is staged, with runtime packages alone in its lock', async () => {
    const made = await staged(REPOSITORY);
    expect(
      [...made.files.keys()].filter((path) => /^(test|bench|docs|src\/(cli|emulators|deploy))\//.test(path)),
    ).toEqual([]);
    const locked = JSON.parse(textOf(made, 'package-lock.json')) as { packages: object };
    expect(Object.keys(locked.packages)).not.toContain('node_modules/typescript');
    const folder = mkdtempSync(join(tmpdir(), 'daymill-staged-'));
    folders.push({ remove: () => rmSync(folder, { recursive: true }) });
    writeFileSync(join(folder, 'source.tar.gz'), made.archive);
    execFileSync('tar', ['-C', folder, '-xzf', join(folder, 'source.tar.gz')]);
    symlinkSync(join(REPOSITORY, 'node_modules'), join(folder, 'node_modules'));
    for (const target of ['index', 'dispatch', 'preflight', 'reconcile', 'work'])
      execFileSync(process.execPath, ['daymill-functions.mjs'], {
        cwd: folder,
        env: { FUNCTION_TARGET: target },
        stdio: 'pipe',
      });
  });
});
