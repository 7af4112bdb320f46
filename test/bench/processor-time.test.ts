/** Processor time of a tree of processes: what the bench's ratios are made of. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { processorTimes, type ProcessorTimes, spentBetween } from '../../bench/processor-time.ts';

const look = (): ProcessorTimes =>
  processorTimes([process.pid], (pid) => (pid === process.pid ? 'us' : `child ${pid}`));

/** Busy for as long on a processor, whatever else the machine does. */
const BUSY_MS = 120;
const BUSY = `
  const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
  const until = used() + ${BUSY_MS};
  while (used() < until);
  process.send('busy');
`;

describe.runIf(process.platform === 'linux')('processor time between two looks', () => {
  test('a child that lives has its own, one that ended is counted with what it took before, too', async () => {
    const none = look();
    const child = spawn(
      process.execPath,
      ['-e', `${BUSY} process.once('message', () => { ${BUSY} process.disconnect(); });`],
      {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    );
    await once(child, 'message');
    const busy = look();
    child.send('again');
    await once(child, 'exit');
    const ended = look();
    const name = `child ${child.pid}`;
    expect(spentBetween(none, busy).get(name)).toBeGreaterThanOrEqual(BUSY_MS - TICKS_MS);
    const inTheEnd = spentBetween(busy, ended);
    expect(inTheEnd.has(name)).toBe(false);
    // Its whole time is its parent's by now: what it had taken before is not counted again.
    expect(inTheEnd.get('processes that ended')).toBeGreaterThanOrEqual(BUSY_MS - TICKS_MS);
    const whole = spentBetween(none, ended).get('processes that ended') ?? 0;
    const parts = (spentBetween(none, busy).get(name) ?? 0) + (inTheEnd.get('processes that ended') ?? 0);
    expect(Math.abs(whole - parts)).toBeLessThanOrEqual(TICKS_MS);
  });

  test('what does not descend from the roots is not looked at', () => {
    const pids = [...look().keys()];
    expect(pids).toContain(process.pid);
    expect(pids).not.toContain(process.ppid);
  });
});

/** Two clocks, of user and system, cut to ticks of 10 ms. */
const TICKS_MS = 20;
