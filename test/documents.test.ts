/** What documents say of the repository is so: files that they name, and pages that they link to, are there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { stepsOf } from './support/guide/parse-guide.ts';

const ROOT = resolve(import.meta.dirname, '..');
const DOCUMENTS = globSync(['*.md', 'docs/**/*.md'], { cwd: ROOT }).sort();

/** Made by a reader of the guide, or yet to be built and said to be. */
const NOT_THERE = /^src\/(computations\/distance\/|functions\.ts$|meter\/)/;

test.each(DOCUMENTS)('%s names files that are there', (document) => {
  const text = readFileSync(join(ROOT, document), 'utf8');
  const named = [...text.matchAll(/`((?:src|test|bench|functions|workflows)\/[\w./-]+)`/g)].map(
    ([, path = '']) => path,
  );
  const linked = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, path = '']) => path);
  const written = new Set(stepsOf(text).flatMap((step) => (step.kind === 'file' ? [step.path] : [])));
  const gone = [
    ...named.filter((path) => !NOT_THERE.test(path) && !written.has(path) && !existsSync(join(ROOT, path))),
    ...linked.filter((path) => !existsSync(join(ROOT, dirname(document), path))),
  ];
  expect(gone).toEqual([]);
});
