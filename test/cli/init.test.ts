/** `daymill init`: a project that is whole, and of one that is there nothing is lost. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { init } from '../../src/cli/commands/init.ts';
import { openOutput } from '../../src/cli/output.ts';
import { filesOf, TEMPLATE_NAMES } from '../../src/cli/scaffold.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { linkPackages } from '../support/link-packages.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'daymill-init-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

async function run(positionals: readonly string[], values: Record<string, string | boolean> = {}): Promise<string> {
  let printed = '';
  const stream = { write: (text: string) => (printed += text) };
  const context = {
    get config(): never {
      throw new Error('a project that is yet to be made has no settings');
    },
    cwd,
    env: {},
    output: openOutput(stream, stream, false),
    now: () => 0,
    interrupted: () => new Promise<void>(() => {}),
  };
  await init.run({ positionals, values }, context);
  return printed;
}

const read = (file: string): string => readFileSync(join(cwd, file), 'utf8');
const put = (file: string, text: string): void => writeFileSync(join(cwd, file), text);
const everything = (): string[] =>
  readdirSync(cwd, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(cwd.length + 1))
    .sort();

test('a new folder becomes a project, and is told file by file', async () => {
  const printed = await run(['My Metrics']);
  expect(everything()).toEqual(
    [
      '.github/workflows/check.yml',
      '.gitignore',
      'README.md',
      'data/orders.csv',
      'daymill.config.ts',
      'package.json',
      'src/computations/daily-sales.ts',
      'src/computations/orders.ts',
      'src/computations/record-day.ts',
      'src/computations/weekly-average.ts',
      'test/computations.test.ts',
      'tsconfig.json',
    ].map((file) => `My Metrics/${file}`),
  );
  expect(printed).toContain('  + daymill.config.ts\n');
  expect(printed).toContain('Now: cd "My Metrics" && npm install && npm start\n');
  const made = JSON.parse(read('My Metrics/package.json')) as Record<string, Record<string, string>>;
  const own = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as typeof made;
  expect(made).toMatchObject({ name: 'my-metrics', private: true, type: 'module', engines: own['engines'] });
  expect(made['dependencies']).toEqual({ daymill: own['version'], zod: own['devDependencies']?.['zod'] });
  expect(read('My Metrics/README.md')).toMatch(/^# my-metrics\n/);
});

test('the second time nothing is missing, and nothing is written', async () => {
  await run(['.']);
  const before = everything().map((file) => [file, read(file)]);
  const printed = await run([]);
  expect(printed).toContain('Nothing was missing.\n');
  expect(everything().map((file) => [file, read(file)])).toEqual(before);
});

test('of a project that is there every word stays, and what it lacks is added', async () => {
  put('package.json', '{ "name": "mine", "scripts": { "test": "jest" }, "dependencies": { "zod": "4.2.0" } }');
  put('README.md', 'mine');
  put('.gitignore', 'mine');
  const printed = await run([]);
  expect([read('README.md'), read('.gitignore')]).toEqual(['mine', 'mine']);
  expect(printed).toContain('  = README.md is there, and stays as it is\n');
  expect(printed).toContain('  + package.json (what it lacked)\n');
  expect(JSON.parse(read('package.json'))).toMatchObject({
    name: 'mine',
    scripts: { test: 'jest', start: 'daymill run' },
    dependencies: { zod: '4.2.0', daymill: expect.any(String) },
  });
});

test('the placeholder of npm init gives way', async () => {
  put('package.json', '{ "scripts": { "test": "echo \\"Error: no test specified\\" && exit 1" } }');
  await run([]);
  expect(JSON.parse(read('package.json'))).toMatchObject({ scripts: { test: 'node --test test/*.test.ts' } });
});

test('settings in package.json are settings: no file is put beside them', async () => {
  put('package.json', '{ "daymill": { "computations": "metrics" } }');
  const printed = await run([]);
  expect(everything()).not.toContain('daymill.config.ts');
  expect(printed).toContain('  = daymill.config.ts: package.json has the settings\n');
});

test.each<[what: string, prepare: () => void, args: [string[], Record<string, string>?], words: string]>([
  [
    'a template that is none',
    () => {},
    [[], { template: 'flight' }],
    'There is no template "flight". Did you mean flights?',
  ],
  ['a file as a folder', () => put('here', ''), [['here']], 'is a file. Name a folder, or a new one.'],
  [
    'a package.json that is none',
    () => put('package.json', '{'),
    [[]],
    'package.json is no JSON. Mend it, and nothing of it is lost.',
  ],
  [
    'a package of CommonJS',
    () => put('package.json', '{ "type": "commonjs" }'),
    [[]],
    'has "type": "commonjs", and Daymill\'s projects are ES modules. Say that this one is too (npm pkg set type=module), and run daymill init again.',
  ],
])('%s is told, and nothing is written', async (_, prepare, args, words) => {
  prepare();
  const before = everything();
  await expect(run(...args)).rejects.toThrow(words);
  expect(everything()).toEqual(before);
});

test.each(TEMPLATE_NAMES)('%s is a project that Daymill can read', async (template) => {
  mkdirSync(join(cwd, 'it'));
  await run(['it'], { template });
  linkPackages(join(cwd, 'it'));
  const { computations } = await buildManifest({ root: join(cwd, 'it'), directory: 'src/computations' });
  expect(computations.map(({ name }) => name)).toContain(
    {
      hello: 'record-day',
      flights: 'network-briefing',
      market: 'regime-spell',
      trading: 'trading-briefing',
      fleet: 'fleet-briefing',
      productivity: 'productivity-briefing',
    }[template],
  );
  for (const text of filesOf(template, 'it').values()) expect(text).not.toContain('../../index.ts');
});

test('--deploy adds what deploys it from GitHub: without keys, and by commands that there are', async () => {
  await run(['.'], { deploy: true });
  const { jobs } = parseYaml(read('.github/workflows/deploy.yml')) as {
    jobs: Record<'plan' | 'deploy', { permissions: object; steps: { run?: string; uses?: string }[] }>;
  };
  expect(jobs.plan.permissions).toEqual({ contents: 'read', 'id-token': 'write', 'pull-requests': 'write' });
  expect(jobs.deploy.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  const commands = Object.values(jobs).flatMap(({ steps }) =>
    steps.flatMap(({ run = '' }) => [...run.matchAll(/npx daymill ([\w-]+)((?: --[\w-]+)*)/g)]),
  );
  expect(commands.map(([, name]) => name)).toEqual(['plan', 'deploy', 'check', 'deploy']);
  for (const [, name = '', options = ''] of commands) {
    const command = await COMMANDS[name as keyof typeof COMMANDS].load();
    const known = [...Object.keys(command.options), ...(command.reachesCloud === true ? ['cloud'] : [])];
    expect(known).toEqual(expect.arrayContaining(options.split(' --').slice(1)));
  }
});
