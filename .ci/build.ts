/** Builds the package into dist/: JavaScript and declarations, file by file, and what is shipped as it is written. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

/** Read at their own places below dist/, which are those of the source. */
const AS_WRITTEN = ['workflows', 'src/computations', 'src/cli/templates', 'firestore.indexes.json', 'firestore.rules'];

// dist/ also holds the manifest of the bundled computations (`npm run gcp-build`).
for (const folder of ['src', 'functions', 'workflows']) rmSync(join(DIST, folder), { recursive: true, force: true });
/** Comments are for who reads declarations; programs without them are a quarter smaller. */
for (const options of [['--emitDeclarationOnly'], ['--declaration', 'false', '--removeComments']])
  execFileSync(
    process.execPath,
    [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', join(ROOT, 'tsconfig.build.json'), ...options],
    { stdio: 'inherit' },
  );
// TypeScript rewrites the specifiers of programs, and leaves those of declarations: https://github.com/microsoft/TypeScript/issues/61037
for (const file of globSync('**/*.d.ts', { cwd: DIST })) {
  const path = join(DIST, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/((?:from|import\()\s*['"]\.{1,2}\/[^'"]+)\.ts(?=['"])/g, '$1.js'));
}
// What no export reaches is for nobody who imports the package: a quarter of it.
const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Readonly<Record<string, string | { readonly types: string }>>;
};
const reached = new Set<string>();
const waiting = Object.values(exports).flatMap((one) => (typeof one === 'string' ? [] : [join(ROOT, one.types)]));
for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
  if (reached.has(path)) continue;
  reached.add(path);
  const text = readFileSync(path, 'utf8');
  for (const [, specifier = ''] of text.matchAll(/(?:from|import\()\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g))
    waiting.push(join(path, '..', `${specifier}.d.ts`));
}
for (const file of globSync('**/*.d.ts', { cwd: DIST })) if (!reached.has(join(DIST, file))) rmSync(join(DIST, file));
execFileSync(
  process.execPath,
  [
    join(ROOT, 'node_modules/vite/bin/vite.js'),
    'build',
    '--config',
    'src/dashboard/vite.config.ts',
    '--logLevel',
    'warn',
  ],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
);
for (const folder of AS_WRITTEN) cpSync(join(ROOT, folder), join(DIST, folder), { recursive: true });
chmodSync(join(DIST, 'src/cli/main.js'), 0o755);
