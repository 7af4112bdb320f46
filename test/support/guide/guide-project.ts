/** What a reader of a guide begins with: a folder with Daymill in it, which is packed and installed once for all guides. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { packed, projectWith, run } from '../packed.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

export interface Installed {
  /** The archive of the package. */
  readonly tarball: string;
  /** A project with everything that a template needs. */
  readonly base: string;
}

/** Packs this repository, and installs that. */
export function install(folder: string): Installed {
  const tarball = packed(folder);
  const base = join(folder, 'base');
  projectWith(tarball, base, 'flights');
  return { tarball, base };
}

/** As `mkdir FOLDER && cd FOLDER && npm install daymill.tgz`, with links instead of copies. Returns the folder. */
export function emptyProject({ base }: Installed, cwd: string): string {
  mkdirSync(cwd, { recursive: true });
  execFileSync('cp', ['-al', join(base, 'node_modules'), cwd]);
  for (const file of ['daymill.tgz', 'package-lock.json']) cpSync(join(base, file), join(cwd, file));
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ dependencies: { daymill: 'file:daymill.tgz' } }));
  return cwd;
}

/** With `daymill init` as well. */
export function project(installed: Installed, cwd: string, template = 'hello'): string {
  run('daymill', ['init', '--template', template], { cwd: emptyProject(installed, cwd) });
  return cwd;
}

/** The repository as `git clone`, `npm ci` and `npm pack` leave it, with links to the packages that are here. */
export function cloned({ tarball }: Installed, cwd: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: REPOSITORY, encoding: 'utf8' }).split('\0');
  for (const file of files.filter((name) => name !== '')) cpSync(join(REPOSITORY, file), join(cwd, file));
  cpSync(join(tarball, '../built/dist'), join(cwd, 'dist'), { recursive: true });
  cpSync(tarball, join(cwd, basename(tarball)));
  symlinkSync(join(REPOSITORY, 'node_modules'), join(cwd, 'node_modules'));
}
