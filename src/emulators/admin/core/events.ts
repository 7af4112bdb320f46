/** What happens by itself when its time has come, in that order, whoever asks for anything next. */
import type { World } from './world.ts';

export interface Event {
  readonly atMs: number;
  readonly happen: () => void;
}

export function after(world: World, ms: number, happen: () => void): void {
  world.events.push({ atMs: world.now() + ms, happen });
  settle(world);
}

/** All that is due by now; what comes of it may be due, too. */
export function settle(world: World): void {
  for (;;) {
    const due = world.events.filter(({ atMs }) => atMs <= world.now()).sort((left, right) => left.atMs - right.atMs)[0];
    if (due === undefined) return;
    world.events.splice(world.events.indexOf(due), 1);
    const before = world.happeningMs;
    world.happeningMs = due.atMs;
    try {
      due.happen();
    } finally {
      world.happeningMs = before;
    }
  }
}
