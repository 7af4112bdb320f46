/** The package.json and the lock that an image is built from: runtime dependencies, and an entry that serves Daymill's functions. */
import { existsSync, readFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import { parsed } from '../../config/parsed.ts';
import { UserError } from '../../errors.ts';
import { COMPILE_CACHE } from '../desired/functions.ts';
import { LockFile, placeOf, runtimeLock } from './lock-file.ts';

export const ENTRY = 'daymill-functions.mjs';

const FRAMEWORK = '@google-cloud/functions-framework';
const LOCK = 'package-lock.json';

/** Which Node the image has. */
const ENGINES = { node: '24.x' } as const;

const Names = z.record(z.string(), z.string()).default({});

const PackageFile = z.looseObject({
  name: z.string().default('daymill-project'),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  imports: z.unknown().optional(),
  type: z.string().optional(),
  daymill: z.unknown().optional(),
});

/** Compiled code is kept in the image, so that a cold start need not compile it. That it cannot be is no reason to build nothing. */
const WARM_UP = `NODE_COMPILE_CACHE=${COMPILE_CACHE} node ${ENTRY} || true`;

/** Path to content: package.json, the lock, and archives of packages that lie in the project. @throws {UserError} MISSING_FILE, BAD_ARGUMENT */
export function packageFiles(root: string): Map<string, Buffer> {
  const asked = parsed(PackageFile, readJson(root, 'package.json', 'Run npm init.'), 'package.json');
  const lock = parsed(LockFile, readJson(root, LOCK, 'Run npm install: the image is built from what it locks.'), LOCK);
  const rootOf = (dependencies: Readonly<Record<string, string>>) => ({
    name: asked.name,
    dependencies,
    optionalDependencies: asked.optionalDependencies,
  });
  const dependencies = { ...asked.peerDependencies, ...asked.dependencies, ...frameworkOf(lock, asked.dependencies) };
  const made = runtimeLock(lock, rootOf(dependencies)) as LockFile;
  const files = new Map<string, Buffer>();
  for (const archive of localArchives(root, made)) files.set(archive, readFileSync(join(root, archive)));
  const { imports, type, daymill } = asked;
  const staged = {
    ...rootOf(dependencies),
    private: true,
    ...(type === undefined ? {} : { type }),
    main: ENTRY,
    ...(imports === undefined ? {} : { imports }),
    ...(daymill === undefined ? {} : { daymill }),
    engines: ENGINES,
    scripts: { 'gcp-build': WARM_UP },
  };
  files.set('package.json', json(staged));
  files.set(LOCK, json(made));
  return files;
}

/** Where package.json does not list it, the build would bring another copy of it, in which nothing is registered. */
function frameworkOf(lock: LockFile, dependencies: Readonly<Record<string, string>>): Record<string, string> {
  const place = placeOf(lock.packages, '', FRAMEWORK);
  const ofDaymill = placeOf(lock.packages, 'node_modules/daymill', FRAMEWORK);
  const version = lock.packages[place ?? '']?.version;
  if (place === undefined || version === undefined)
    throw refused(
      `${LOCK} has no ${FRAMEWORK}, which daymill brings along. Run npm install daymill, and deploy again.`,
    );
  if (ofDaymill !== place)
    throw refused(
      `There are two of ${FRAMEWORK}, and daymill's is not the one that serves. Take it out of package.json.`,
    );
  return Object.hasOwn(dependencies, FRAMEWORK) ? {} : { [FRAMEWORK]: version };
}

const refused = (message: string): UserError => new UserError('BAD_ARGUMENT', message);

/** Packages that come from no registry: an archive in the project goes along, all else is on this machine alone. */
function localArchives(root: string, { packages }: LockFile): string[] {
  return Object.entries(packages).flatMap(([place, { resolved, link }]) => {
    const file = link === true ? (resolved ?? '') : /^file:(.*)$/.exec(resolved ?? '')?.[1];
    if (file === undefined) return [];
    const path = relative(root, resolve(root, file)).split(sep).join('/');
    if (link !== true && !path.startsWith('../') && existsSync(join(root, path))) return [path];
    throw new UserError(
      'BAD_ARGUMENT',
      `${place.replace(/^.*node_modules\//, '')} is installed from ${file}, where the build in the cloud cannot reach it. ` +
        'Install it from a registry, or from an archive (npm pack) in this folder.',
    );
  });
}

function readJson(root: string, file: string, advice: string): unknown {
  const path = join(root, file);
  if (!existsSync(path)) throw new UserError('MISSING_FILE', `There is no ${file} in ${root}. ${advice}`);
  return JSON.parse(readFileSync(path, 'utf8'));
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
