/** Finds a project's settings: its daymill.config.ts, or the member `daymill` of its package.json. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toError, UserError } from '../errors.ts';
import type { ConfigOf } from './define-config.ts';
import { parsed } from './parsed.ts';
import { ProjectSettings } from './project-settings.ts';

/** Node strips the types of the first two. */
export const CONFIG_FILES = ['daymill.config.ts', 'daymill.config.mts', 'daymill.config.js', 'daymill.config.mjs'];

const PACKAGE_FILE = 'package.json';

export interface ReadProject {
  readonly settings: ProjectSettings;
  /** Where they stand, by its name in the project's folder. */
  readonly file: string;
  /** Whether package.json has them: that goes on working, and new projects have a file. */
  readonly inPackage: boolean;
}

/** @throws {UserError} BAD_ARGUMENT naming the file and the member, or the second file when there are two. */
export function readProject(root: string, env: Readonly<Record<string, string | undefined>>): ReadProject {
  const inPackage = readPackage(root);
  const [file, second] = CONFIG_FILES.filter((name) => existsSync(join(root, name)));
  if (file === undefined) {
    const settings = parsed(ProjectSettings, inPackage ?? {}, `${PACKAGE_FILE}: daymill`);
    return { settings, file: PACKAGE_FILE, inPackage: inPackage !== undefined };
  }
  if (second !== undefined)
    throw new UserError('BAD_ARGUMENT', `There are ${file} and ${second}. Keep one of them and remove the other.`);
  if (inPackage !== undefined) {
    const advice = `Move what ${PACKAGE_FILE} says into ${file}, and remove the member.`;
    throw new UserError('BAD_ARGUMENT', `${PACKAGE_FILE} has a member "daymill", and there is ${file}. ${advice}`);
  }
  const settings = parsed(ProjectSettings, importConfig(join(root, file), file, env), file);
  return { settings, file, inPackage: false };
}

function readPackage(root: string): unknown {
  const file = join(root, PACKAGE_FILE);
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { daymill?: unknown }).daymill;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) return undefined;
    throw new UserError('BAD_ARGUMENT', `${file} is no JSON: ${cause.message}.`, { cause });
  }
}

/** By Node itself, and at once: whoever reads settings cannot go on without them. */
export function importConfig(path: string, file: string, env: Readonly<Record<string, string | undefined>>): unknown {
  let found: unknown;
  try {
    const { default: config } = createRequire(path)(path) as { default?: unknown };
    found = typeof config === 'function' ? (config as ConfigOf)({ env }) : config;
  } catch (thrown) {
    throw new UserError('BAD_ARGUMENT', `${file}: ${inWords(thrown)}`, { cause: thrown });
  }
  if (typeof found === 'object' && found !== null && !(found instanceof Promise)) return found;
  const was = found instanceof Promise ? 'gives a promise' : `gives ${found === null ? 'null' : typeof found}`;
  throw new UserError('BAD_ARGUMENT', `${file}: its default export ${was}. Write: export default defineConfig({ … }).`);
}

function inWords(thrown: unknown): string {
  if ((thrown as { code?: unknown } | null)?.code === 'ERR_REQUIRE_ASYNC_MODULE')
    return 'it awaits at its top level, and settings are read at once. Read what it awaits in another way.';
  const { name, message } = toError(thrown);
  return `it could not be loaded: ${name}: ${message}`;
}
