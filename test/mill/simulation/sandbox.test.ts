/** A sandbox whose host is killed does not outlive it for long, whatever runs in it. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SANDBOX_CPU_SECONDS } from '../../../src/mill/simulation/limits.ts';
import { openSandbox } from '../../../src/mill/simulation/sandbox.ts';
import type { SimulationJob } from '../../../src/mill/simulation/simulation-job.ts';

/** The one process that simulates for this parent. */
function sandboxOf(parent: number): string {
  const own = childrenOf(String(parent)).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('simulation-process'),
  );
  expect(own).toHaveLength(1);
  return own[0] ?? '';
}

const childrenOf = (parent: string): string[] =>
  readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return /^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] === parent;
    } catch {
      return false; // It ended meanwhile.
    }
  });

test.skipIf(process.platform !== 'linux')('the system ends one that takes too much processor time', async () => {
  const sandbox = await openSandbox({ root: import.meta.dirname, budgetMs: 1_000, idleMs: 30_000, files: {} });
  try {
    const limits = readFileSync(`/proc/${sandboxOf(process.pid)}/limits`, 'utf8');
    const [, soft] = /^Max cpu time\s+(\d+)/m.exec(limits) ?? [];
    expect(Number(soft)).toBe(SANDBOX_CPU_SECONDS);
  } finally {
    await sandbox.close();
  }
});

test.skipIf(process.platform !== 'linux')('one that stands still is given up, whatever its budget', async () => {
  const sandbox = await openSandbox({ root: import.meta.dirname, budgetMs: Infinity, idleMs: 50, files: {} });
  try {
    process.kill(Number(sandboxOf(process.pid)), 'SIGSTOP');
    const { answer, state } = await sandbox.run({} as SimulationJob);
    expect({ answer, state }).toEqual({
      answer: { kind: 'not-simulated', reason: 'its simulation stood still for 0.05 s' },
      state: 'hung',
    });
  } finally {
    await sandbox.close();
  }
});

test.skipIf(process.platform !== 'linux')('one whose host was killed ends with it, whatever runs in it', async () => {
  // A PATH without the tools of util-linux: a shell is all that it takes.
  const host = fork(new URL('sandbox-host.ts', import.meta.url), { env: { ...process.env, PATH: '/nowhere' } });
  await once(host, 'message');
  const sandbox = sandboxOf(host.pid ?? 0);
  // In a loop as far as it knows: stopped, it hears of nothing, and only a signal that none can catch ends it.
  process.kill(Number(sandbox), 'SIGSTOP');
  expect(isThere(sandbox)).toBe(true);
  const [leash = ''] = childrenOf(sandbox);
  expect(isThere(leash)).toBe(true);
  host.kill('SIGKILL');
  await once(host, 'exit');
  await expect.poll(() => [sandbox, leash].filter(isThere), { timeout: 60_000, interval: 1 }).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('one that is closed leaves nothing beside it', async () => {
  const sandbox = await openSandbox({ root: import.meta.dirname, budgetMs: 1_000, idleMs: 30_000, files: {} });
  const leashes = childrenOf(sandboxOf(process.pid));
  expect(leashes).toHaveLength(1);
  await sandbox.close();
  await expect.poll(() => leashes.filter(isThere), { timeout: 60_000, interval: 1 }).toEqual([]);
});

/** What nobody has waited for yet is a zombie. */
function isThere(pid: string): boolean {
  try {
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
