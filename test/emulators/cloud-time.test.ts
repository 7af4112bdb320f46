/** The local cloud's time goes on whatever becomes of the machine's clock. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cloudTime, forwardClock } from '../../src/emulators/cloud-time.ts';
import { openState } from '../../src/emulators/state.ts';
import { timersOf } from '../../src/emulators/timers.ts';

const START = Date.UTC(2026, 2, 1);
const HOURS = 3_600_000;

let wall = START;
let steady = 0;
const machine = { wall: () => wall, steady: () => steady };
const pass = (ms: number): void => {
  wall += ms;
  steady += ms;
};
beforeEach(() => {
  wall = START;
  steady = 7;
});

describe('the clock', () => {
  test("is the machine's as long as that goes on", () => {
    const now = forwardClock(0, machine);
    expect(now()).toBe(START);
    pass(1_500);
    expect(now()).toBe(START + 1_500);
  });

  test('follows a machine that slept', () => {
    const now = forwardClock(0, machine);
    wall += HOURS;
    expect(now()).toBe(START + HOURS);
    pass(10);
    expect(now()).toBe(START + HOURS + 10);
  });

  test("goes on when the machine's was set back, and is the machine's again when that has come up", () => {
    const now = forwardClock(0, machine);
    wall -= 3 * HOURS;
    expect(now()).toBe(START);
    pass(5_000);
    expect(now()).toBe(START + 5_000);
    wall += 4 * HOURS;
    expect(now()).toBe(START + HOURS + 5_000);
  });

  test('stands still for a correction', () => {
    const now = forwardClock(0, machine);
    wall -= 400;
    expect(now()).toBe(START);
    pass(300);
    expect(now()).toBe(START);
    pass(300);
    expect(now()).toBe(START + 200);
  });

  test('lets what waits go on, a clock that was set back among it', () => {
    const waits: { ms: number; work: () => void }[] = [];
    const after = (ms: number, work: () => void) => {
      waits.push({ ms, work });
      return () => {};
    };
    const timers = timersOf({ state: openState(':memory:'), clock: forwardClock(0, machine), after });
    let rung = false;
    timers.at(timers.now() + 5_000, () => {
      rung = true;
    });
    wall -= 3 * HOURS;
    pass(5_000);
    waits.pop()?.work();
    expect(rung).toBe(true);
  });
});

describe('a state file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cloud-time-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('has one clock, and the next session goes on from it', async () => {
    const file = join(folder, 'state.db');
    const state = openState(file);
    const now = cloudTime(state, machine);
    expect(cloudTime(state)).toBe(now);
    pass(60_000);
    expect(await state.write(now)).toBe(START + 60_000);
    await state.close();
    // Told by nobody any more, and in nobody's way.
    pass(60_000);
    expect(now()).toBe(START + 120_000);

    wall = START - 3 * HOURS;
    const next = openState(file);
    const later = cloudTime(next, machine);
    expect(later()).toBe(START + 60_000);
    pass(2_000);
    expect(later()).toBe(START + 62_000);
    await next.close();
  });
});
