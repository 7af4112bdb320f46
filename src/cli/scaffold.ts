/** What `daymill init` puts into a project: the template's files by where they go, and the packages that they need. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Beside this file, from source and as built alike. */
const TEMPLATES = join(import.meta.dirname, 'templates');
const COMPUTATIONS = join(import.meta.dirname, '../computations');

interface Template {
  readonly summary: string;
  /** Folders of `src/computations` that it is made of; its own files come on top of the first template's. */
  readonly computations: readonly string[];
  readonly packages: readonly string[];
}

const LARGER = {
  flights: {
    summary: 'US flights of 2001',
    computations: ['flights', 'statistics'],
    packages: ['vega-datasets'],
  },
  market: { summary: 'the S&P 500', computations: ['market', 'statistics'], packages: ['vega-datasets'] },
  trading: {
    summary: 'simulated users who trade on real and simulated prices',
    computations: ['trading', 'statistics'],
    packages: ['vega-datasets'],
  },
  fleet: {
    summary: 'services and their runtimes, as they are collected',
    computations: ['fleet', 'statistics'],
    packages: [],
  },
  productivity: {
    summary: 'commands and agents of teams, as they are collected',
    computations: ['productivity', 'statistics'],
    packages: [],
  },
} as const satisfies Readonly<Record<string, Template>>;

export type TemplateName = 'hello' | keyof typeof LARGER;
export const TEMPLATE_NAMES: readonly TemplateName[] = ['hello', ...(Object.keys(LARGER) as (keyof typeof LARGER)[])];

/** Of the template for beginners, what every project has. */
const COMMON = /^(tsconfig\.json|_gitignore|_github\/|README\.md)/;

/** npm leaves such names out of packages, or reads them: they are given back when they are copied. https://docs.npmjs.com/cli/v11/using-npm/developers */
const NAMED_BACK: readonly (readonly [RegExp, string])[] = [
  [/^_gitignore$/, '.gitignore'],
  [/^_github\//, '.github/'],
];

/** Path in the project to text, in the order of their names. `isDeployed`: with what deploys it from GitHub. */
export function filesOf(template: TemplateName, projectName: string, isDeployed = false): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const add = (folder: string, under = '', keep: RegExp = /^/): void => {
    for (const path of filesBelow(folder))
      if (keep.test(path)) files.set(`${under}${goesTo(path)}`, readFileSync(join(folder, path), 'utf8'));
  };
  add(join(TEMPLATES, 'hello'), '', template === 'hello' ? /^/ : COMMON);
  if (isDeployed) add(join(TEMPLATES, 'deploy'));
  if (template !== 'hello') {
    add(join(TEMPLATES, template));
    for (const line of LARGER[template].computations) add(join(COMPUTATIONS, line), `src/computations/${line}/`);
  }
  return new Map(
    [...files]
      .map(([path, text]): [string, string] => [path, asAuthored(text, projectName)])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Paths below the folder, in the order of their names. */
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

const goesTo = (path: string): string => NAMED_BACK.reduce((name, [from, to]) => name.replace(from, to), path);

/** The bundled computations name Daymill by its file. */
const asAuthored = (text: string, projectName: string): string =>
  text.replaceAll("'../../index.ts'", "'daymill'").replace(/^# NAME$/m, `# ${projectName}`);

export interface PackageFile {
  name?: string;
  type?: string;
  private?: boolean;
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  engines?: Record<string, string>;
}

const SCRIPTS = {
  start: 'daymill run',
  dev: 'daymill dev',
  test: 'node --test test/*.test.ts',
  check: 'daymill check',
} as const;

/** What a project's package.json lacks is added, with exact versions: those that this Daymill was tried with. What it has stays. */
export function packageFile(template: TemplateName, projectName: string, there: PackageFile = {}): PackageFile {
  const own = ownPackage();
  const version = (name: string): string => own.devDependencies?.[name] ?? own.dependencies?.[name] ?? 'latest';
  const packages = template === 'hello' ? [] : LARGER[template].packages;
  const runtime = { daymill: own.version, zod: version('zod'), ...versionsOf(packages, version) };
  const development = versionsOf(['@types/node', 'typescript'], version);
  return {
    name: projectName,
    private: true,
    type: 'module',
    ...there,
    scripts: { ...SCRIPTS, ...withoutPlaceholder(there.scripts) },
    dependencies: { ...runtime, ...there.dependencies },
    devDependencies: { ...without(development, there.dependencies), ...there.devDependencies },
    engines: { ...own.engines, ...there.engines },
  };
}

/** What `npm init` puts for want of tests is nobody's test. */
const withoutPlaceholder = (scripts: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(scripts).filter(([, script]) => !script.includes('no test specified')));

const versionsOf = (names: readonly string[], version: (name: string) => string): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, version(name)]));

const without = (packages: Record<string, string>, others: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(packages).filter(([name]) => !Object.hasOwn(others, name)));

/** The nearest above this file: its place differs between source and built. */
export function ownPackage(): PackageFile & { version: string } {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageFile & { version: string };
}

export const summaryOf = (template: TemplateName): string =>
  template === 'hello' ? 'a small shop' : LARGER[template].summary;
