/** The projects whose code is edited, as texts; and folders in which an edited version of one stands. */
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path/posix';
import { applied, parse, type Source } from './syntax.ts';
import type { Variant } from './variant.ts';
import { linkDaymill } from '../../test/support/link-packages.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Module to its text, relative to the project's folder. */
export type Texts = Readonly<Record<string, string>>;

/** Where the computations of each project stand in this repository. */
const PROJECTS = { bundled: 'src/computations', templates: 'bench/mutants/templates' } as const;
export type ProjectName = keyof typeof PROJECTS;
export const PROJECT_NAMES = Object.keys(PROJECTS) as ProjectName[];

/** Authoring names come from the package there, as they do for everybody else. */
export function textsOf(project: ProjectName): Texts {
  const folder = join(REPOSITORY, PROJECTS[project]);
  return Object.fromEntries(
    globSync('**/*.ts', { cwd: folder })
      .sort()
      .map((file) => [
        `computations/${file}`,
        readFileSync(join(folder, file), 'utf8').replaceAll(/'(?:\.\.\/)+(?:src\/)?index\.ts'/g, "'daymill'"),
      ]),
  );
}

/** The module and all that it imports, directly or not. */
export function closureOf(module: string, texts: Texts): Texts {
  const found: Record<string, string> = {};
  const visit = (path: string): void => {
    const text = texts[path];
    if (text === undefined || Object.hasOwn(found, path)) return;
    found[path] = text;
    for (const [, specifier = ''] of text.matchAll(/from '(\.[^']+)'/g)) visit(join(dirname(path), specifier));
  };
  visit(module);
  return found;
}

export function edited(texts: Texts, { module, edits, added }: Variant): Texts {
  return { ...texts, [module]: applied(texts[module] ?? '', edits), ...added };
}

const PACKAGE = JSON.stringify({
  type: 'module',
  daymill: { computations: 'computations', from: '2001-01-01', date: '2001-01-31' },
});

/** The zod of this repository, as a package of two files: the manifest looks at each file of a package, for each version. */
const ZOD: Texts = {
  'node_modules/zod/package.json': JSON.stringify({ name: 'zod', type: 'module', exports: './index.js' }),
  'node_modules/zod/index.js': `export * from '${join(REPOSITORY, 'node_modules/zod/index.js')}';\n`,
};

/** A project folder, with what authors import in its `node_modules`. */
export function writeProject(root: string, texts: Texts): void {
  for (const [path, text] of Object.entries({ ...texts, ...ZOD, 'package.json': PACKAGE })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  linkDaymill(root);
}

const parsed = new Map<string, Source>();

/** Parsed once, however many ask. */
export function sourceOf(module: string, text: string): Source {
  const key = `${module}\n${text}`;
  const source = parsed.get(key) ?? parse(module, text);
  parsed.set(key, source);
  return source;
}
