import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SANDBOX_CPU_SECONDS } from '../../../src/mill/simulation/limits.ts';
import { openSandbox } from '../../../src/mill/simulation/sandbox.ts';

/** Resource limits of this process's own child that simulates, as Linux tells them. */
function limitsOfChild(): string {
  const own = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const parent = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return (
        Number(parent) === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('simulation-process')
      );
    } catch {
      return false; // It ended meanwhile.
    }
  });
  expect(own).toHaveLength(1);
  return readFileSync(`/proc/${own[0]}/limits`, 'utf8');
}

test.skipIf(process.platform !== 'linux')(
  'a sandbox whose host is killed is ended by the system, whatever runs in it',
  async () => {
    const sandbox = await openSandbox({ root: import.meta.dirname, budgetMs: 1_000, wallMs: 30_000, files: {} });
    try {
      const [, soft] = /^Max cpu time\s+(\d+)/m.exec(limitsOfChild()) ?? [];
      expect(Number(soft)).toBe(SANDBOX_CPU_SECONDS);
    } finally {
      await sandbox.close();
    }
  },
);
