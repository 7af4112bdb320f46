/** The package as people get it: packed, installed into an empty folder, on the Nodes that it names. Needs the registry. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bins, installImage, packed, projectWith, run, stageInto } from '../support/packed.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
/** Of JavaScript with its comments, which people read when something is amiss. */
const MAX_PACKED_BYTES = 1_250_000;
/** The oldest that the package takes, and the one that Daymill is developed on. */
const OLDEST = '22.18.0';

let folder: string;
let tarball: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-package-'));
  tarball = packed(folder);
  mkdirSync(join(folder, 'node'));
  const binary = `node-${process.platform}-${process.arch}`;
  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', `${binary}@${OLDEST}`], { cwd: join(folder, 'node') });
  bins[OLDEST] = join(folder, 'node/node_modules', binary, 'bin');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A project of `daymill init`, with what it names installed: Daymill from the tarball. */
function project(name: string, template: string, node: string): string {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  run('npm', ['pkg', 'set', 'type=module'], { cwd: init(cwd), node });
  run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd, node });
  run('daymill', ['init', '--template', template], { cwd, node });
  run('npm', ['install', '--no-audit', '--no-fund'], { cwd, node });
  return cwd;
}

function init(cwd: string): string {
  run('npm', ['init', '-y'], { cwd });
  return cwd;
}

test('is small, and has neither tests nor benches', () => {
  expect(statSync(tarball).size).toBeLessThan(MAX_PACKED_BYTES);
  const files = run('tar', ['-tzf', tarball], { cwd: folder }).split('\n');
  // It needs packages that are there for development alone.
  expect(files.filter((file) => file.includes('emulators/admin'))).toEqual([]);
  expect(files.filter((file) => /^package\/(test|bench|docs|src)\//.test(file))).toEqual([]);
});

describe.each([OLDEST, '24'])('on Node %s', (node) => {
  let cwd: string;
  beforeAll(() => {
    cwd = project(`shop-${node}`, 'hello', node);
  });
  const daymill = (...args: string[]): unknown =>
    JSON.parse(
      run('daymill', [...args, '--json'], { cwd, node })
        .trim()
        .split('\n')
        .at(-1) ?? '',
    );

  test('a new project is what its own checks want', () => {
    run('npm', ['run', 'check'], { cwd, node });
    expect(run('npm', ['test'], { cwd, node })).toMatch(/pass 2\n/);
  });

  test('runs, has nothing to run after that, and says why', () => {
    expect(run('npm', ['start'], { cwd, node })).toContain('42 cells ran; ');
    expect(run('daymill', ['plan'], { cwd, node })).toContain('nothing would run; 42 up to date.');
    expect(run('daymill', ['explain', 'record-day', '2026-05-14'], { cwd, node })).toContain(
      'nothing that it reads has changed',
    );
    expect(daymill('results', 'record-day', '2026-05-14')).toMatchObject({
      value: { date: '2026-05-02', revenue: 45.9 },
    });
  });

  test('every export can be imported', () => {
    const { exports } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      exports: Record<string, unknown>;
    };
    for (const path of Object.keys(exports).filter((name) => !name.endsWith('.json')))
      expect(run('node', ['-e', `await import('daymill${path.slice(1)}')`, '--input-type=module'], { cwd, node })).toBe(
        '',
      );
  });
});

test('the flights give what they give in the clone, to the bit', () => {
  const days = ['--date', '2001-01-03'];
  const cwd = project('flights', 'flights', '24');
  const home = join(folder, 'clone');
  const clone = { cwd: REPOSITORY, env: { DAYMILL_HOME: home } };
  run('daymill', ['run', ...days], { cwd });
  run(process.execPath, ['src/cli/main.ts', 'run', ...days], clone);
  for (const name of ['route-day', 'airport-reliability', 'network-day', 'network-briefing', 'delay-anomalies']) {
    const args = ['results', name, '2001-01-03', '--json'];
    expect(run('daymill', args, { cwd })).toBe(run(process.execPath, ['src/cli/main.ts', ...args], clone));
  }
});

test('what is deployed of a project installs by its own lock, and serves every function', () => {
  const cwd = join(folder, 'deployed');
  projectWith(tarball, cwd);
  const plan = ['deploy', '--project', 'acme', '--region', 'europe-west1', '--dry-run', '--offline'];
  expect(run('daymill', plan, { cwd })).toMatch(/^ {2}\+ image functions:[0-9a-f]{12} /m);
  const image = join(folder, 'image');
  stageInto(image, cwd);
  installImage(image);
  for (const FUNCTION_TARGET of ['index', 'dispatch', 'preflight', 'reconcile', 'work'])
    expect(run('node', ['daymill-functions.mjs'], { cwd: image, env: { FUNCTION_TARGET } })).toBe('');
});
