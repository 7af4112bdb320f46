/** One folder for all that a run of the tests writes, and for Node's compile cache; gone when the tests are, whatever they left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Tests' own processes inherit the variable, so that `os.tmpdir()` is this folder everywhere. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-tests-'));
  process.env['TMPDIR'] = folder;
  // Hundreds of processes load the same packages: the first of them compiles them for all.
  process.env['NODE_COMPILE_CACHE'] = join(folder, 'node-compile-cache');
  return () => rmSync(folder, { recursive: true, force: true });
}
