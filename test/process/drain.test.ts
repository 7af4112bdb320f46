/** The end of a function's process: no new requests, a grace for those under way, then whatever is left lets go. */
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DRAIN_SECONDS } from '../../src/mill/lifecycle/limits.ts';
import { type Drain, startDrain } from '../../src/process/drain.ts';

const GRACE_MS = 1_000;

describe('a process that is told to end', () => {
  let host: EventEmitter;
  let drain: Drain;
  let ended: number;
  beforeEach(() => {
    vi.useFakeTimers();
    host = new EventEmitter();
    ended = 0;
    drain = startDrain(host as unknown as NodeJS.Process, { graceMs: GRACE_MS, end: () => ended++ });
  });
  afterEach(() => void vi.useRealTimers());

  test('ends at once when nothing is under way', async () => {
    await drain.run(() => Promise.resolve());
    host.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(1);
    expect([ended, drain.signal.aborted]).toEqual([1, true]);
  });

  test('takes the place of the handlers that the framework has added meanwhile', async () => {
    const framework = vi.fn<() => void>();
    host.on('SIGTERM', framework);
    host.on('SIGINT', framework);
    await drain.run(() => Promise.resolve());
    host.emit('SIGINT');
    host.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(1);
    expect(framework).not.toHaveBeenCalled();
    expect(ended).toBe(1);
  });

  test('takes no more, and lets what is under way end within the grace', async () => {
    const request = Promise.withResolvers<string>();
    const running = drain.run(() => request.promise);
    host.emit('SIGTERM');
    await expect(drain.run(() => Promise.resolve())).rejects.toThrow(
      expect.objectContaining({ code: 'SHUTTING_DOWN' }),
    );
    await vi.advanceTimersByTimeAsync(GRACE_MS - 1);
    expect([ended, drain.signal.aborted]).toEqual([0, false]);
    request.resolve('done');
    expect(await running).toBe('done');
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(1);
  });

  test('tells what is left after the grace to let go, and waits for that', async () => {
    const letGo = Promise.withResolvers<void>();
    const running = drain.run(async () => {
      await new Promise((resolve) => drain.signal.addEventListener('abort', resolve));
      await letGo.promise;
    });
    host.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(GRACE_MS + 500);
    expect([ended, drain.signal.aborted]).toEqual([0, true]);
    letGo.resolve();
    await running;
    await vi.advanceTimersByTimeAsync(1);
    expect(ended).toBe(1);
  });

  test('ends within the ten seconds of Cloud Run even when something never lets go', async () => {
    const deployed = startDrain(host as unknown as NodeJS.Process, {
      graceMs: DRAIN_SECONDS * 1_000,
      end: () => ended++,
    });
    void deployed.run(() => new Promise(() => {}));
    host.emit('SIGTERM');
    await vi.advanceTimersByTimeAsync(10_000 - 500);
    expect(ended).toBe(1);
  });
});
