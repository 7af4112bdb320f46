/** Daymill as people get it: packed, and installed into a project of one's own. Needs the registry. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Folders of `node`, by version; others are added by who installs them. */
export const bins: Record<string, string> = { 24: join(REPOSITORY, 'node_modules/node/bin') };

interface Ran {
  readonly cwd: string;
  readonly node?: string;
  readonly env?: Record<string, string>;
}

/** What it printed. @throws with that. */
export function run(command: string, args: readonly string[], { cwd, node = '24', env = {} }: Ran): string {
  const PATH = [join(cwd, 'node_modules/.bin'), bins[node], process.env['PATH']].join(delimiter);
  const { NODE_ENV: _, VITEST: __, NODE_OPTIONS: ___, ...rest } = process.env;
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: 'pipe', env: { ...rest, ...env, PATH } });
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(' ')} on Node ${node}\n${stdout}\n${stderr}`, { cause: thrown });
  }
}

/** What the package is built from. */
const SOURCES = [
  '.ci',
  'functions',
  'src',
  'workflows',
  'firestore.indexes.json',
  'firestore.rules',
  'package.json',
  'tsconfig.build.json',
  'tsconfig.json',
  'LICENSE',
  'README.md',
];

/** The archive, built from this repository as it is; in a folder of its own, since others build at the same time. */
export function packed(folder: string): string {
  const cwd = join(folder, 'built');
  for (const path of SOURCES) cpSync(join(REPOSITORY, path), join(cwd, path), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(cwd, 'node_modules'));
  run(process.execPath, ['.ci/build.ts'], { cwd });
  const [made] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd }),
  ) as { filename: string }[];
  return join(folder, made?.filename ?? '');
}

/** A project of `daymill init`, with Daymill from an archive in its folder, as a deployment wants it. */
export function projectWith(tarball: string, cwd: string, template = 'hello'): void {
  mkdirSync(cwd);
  run('npm', ['init', '-y'], { cwd });
  run('npm', ['pkg', 'set', 'type=module'], { cwd });
  cpSync(tarball, join(cwd, 'daymill.tgz'));
  run('npm', ['install', '--no-audit', '--no-fund', './daymill.tgz'], { cwd });
  run('daymill', ['init', '--template', template], { cwd });
  run('npm', ['install', '--no-audit', '--no-fund'], { cwd });
}

/** Writes what an image is built from; the packed module is asked, as `daymill deploy` asks it. */
const STAGE = `
  const own = './node_modules/daymill/dist/src/';
  const { stage } = await import(own + 'deploy/stage/stage.js');
  const { projectManifest } = await import(own + 'cli/project.js');
  const { readConfig } = await import(own + 'config/config.js');
  const { writeFileSync } = await import('node:fs');
  const { archive } = stage(process.cwd(), await projectManifest(readConfig({}, process.cwd(), 1)));
  writeFileSync(process.argv[1], archive);
`;

/** Stages the project into the folder of an image. Its packages are another step: they seldom change. Size of the archive, in bytes. */
export function stageInto(image: string, cwd: string): number {
  mkdirSync(image, { recursive: true });
  const archive = join(image, 'source.tar.gz');
  run('node', ['--input-type=module', '-e', STAGE, '--', archive], { cwd });
  run('tar', ['-xzf', archive], { cwd: image });
  return Number(run('stat', ['-c', '%s', archive], { cwd: image }));
}

/** As the build does: by the lock, then what it warms up. */
export function installImage(image: string): void {
  run('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: image });
  run('npm', ['run', 'gcp-build'], { cwd: image });
}

export const write = (cwd: string, files: Readonly<Record<string, string>>): void => {
  for (const [path, text] of Object.entries(files)) writeFileSync(join(cwd, path), text);
};
