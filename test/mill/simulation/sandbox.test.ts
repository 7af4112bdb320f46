/** A sandbox whose host is killed does not outlive it for long, whatever runs in it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SANDBOX_CPU_SECONDS } from '../../../src/mill/simulation/limits.ts';
import { openSandbox } from '../../../src/mill/simulation/sandbox.ts';

/** The one process that simulates for this parent. */
function sandboxOf(parent: number): string {
  const own = readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const ppid = /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
      return Number(ppid) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('simulation-process');
    } catch {
      return false; // It ended meanwhile.
    }
  });
  expect(own).toHaveLength(1);
  return own[0] ?? '';
}

test.skipIf(process.platform !== 'linux')('the system ends one that takes too much processor time', async () => {
  const sandbox = await openSandbox({ root: import.meta.dirname, budgetMs: 1_000, wallMs: 30_000, files: {} });
  try {
    const limits = readFileSync(`/proc/${sandboxOf(process.pid)}/limits`, 'utf8');
    const [, soft] = /^Max cpu time\s+(\d+)/m.exec(limits) ?? [];
    expect(Number(soft)).toBe(SANDBOX_CPU_SECONDS);
  } finally {
    await sandbox.close();
  }
});

const hasSetpriv = ['/usr/bin/setpriv', '/bin/setpriv'].some((path) => existsSync(path));

test.skipIf(!hasSetpriv)('the kernel ends one whose host was killed (needs setpriv of util-linux)', async () => {
  const host = fork(new URL('sandbox-host.ts', import.meta.url));
  await once(host, 'message');
  const sandbox = sandboxOf(host.pid ?? 0);
  // In a loop as far as it knows: stopped, it hears of nothing, and only a signal that none can catch ends it.
  process.kill(Number(sandbox), 'SIGSTOP');
  expect(isThere(sandbox)).toBe(true);
  host.kill('SIGKILL');
  await once(host, 'exit');
  await expect.poll(() => isThere(sandbox), { timeout: 60_000, interval: 1 }).toBe(false);
});

/** What nobody has waited for yet is a zombie. */
function isThere(pid: string): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
