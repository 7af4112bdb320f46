/** How much JavaScript a browser is sent, packed. */
import { gzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { build, type Rolldown } from 'vite';

/** Bytes, gzipped, of any view with all that it needs: of the grid, which is the first, and of plots, which are the largest. */
const MOST_BYTES = 60_000;

const chunks = new Map<string, Rolldown.OutputChunk>();

beforeAll(async () => {
  const built = await build({
    configFile: resolve(import.meta.dirname, '../../src/dashboard/vite.config.ts'),
    logLevel: 'warn',
    build: { write: false },
  });
  for (const { output } of [built].flat() as readonly Rolldown.RolldownOutput[])
    for (const file of output) if (file.type === 'chunk') chunks.set(file.fileName, file);
});

/** With what it imports, and what that imports. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found;
  found.add(name);
  for (const other of chunks.get(name)?.imports ?? []) withImports(other, found);
  return found;
}

const bytesOf = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '', { level: 9 }).length, 0);

test('each view is there with at most 60 kB of JavaScript', () => {
  const entry = [...chunks.values()].find(({ isEntry }) => isEntry)?.fileName ?? '';
  const views = [...chunks.values()].filter(({ isDynamicEntry }) => isDynamicEntry);
  expect(views.length).toBeGreaterThan(15);
  const sizes = Object.fromEntries(
    views.map(({ name, fileName }) => [name, bytesOf(new Set([...withImports(entry), ...withImports(fileName)]))]),
  );
  expect(Object.entries(sizes).filter(([, bytes]) => bytes > MOST_BYTES)).toEqual([]);
});
