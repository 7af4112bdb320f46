/** Writes docs/computations.md of all bundled computations, and the figures in it. Tests hold the page to the source, and the figures to what is computed. */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { daymill } from '../test/support/daymill-process.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FAMILIES = ['flights', 'market', 'trading', 'fleet', 'productivity'];

/** Sections of the page, in their order. */
export const FOLDERS: readonly string[] = FAMILIES.map((family) => `src/computations/${family}`);
export const FIGURES = 'docs/figures';

/** The page and its figures; what it says of it. */
export async function writeComputations(): Promise<string> {
  // Who only checks the page needs none of it.
  const { figures } = await import('./figures.ts');
  rmSync(join(ROOT, FIGURES), { recursive: true, force: true });
  mkdirSync(join(ROOT, FIGURES), { recursive: true });
  for (const [file, text] of await figures()) writeFileSync(join(ROOT, FIGURES, file), text);
  const args = ['docs', ...FOLDERS, '--figures', FIGURES, '--out', 'docs/computations.md'];
  const { code, stdout, stderr } = await daymill({ root: ROOT }, args);
  assert.equal(code, 0, stderr);
  return stdout;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(await writeComputations());
