/**
 * The local cloud's time: the machine's, but it never goes back, as a cloud's does not. A machine that slept is later when it wakes; one
 * whose clock was set back goes on from where it was, also in its next session, so that nothing waits for hours that were lived already.
 */
import type { State } from './state.ts';

export interface Clocks {
  /** Milliseconds since 1970; may be set back. */
  readonly wall: () => number;
  /** Milliseconds since some moment; never jumps. */
  readonly steady: () => number;
}

const MACHINE: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

/** A wall that is behind by no more was corrected by the network, and is waited for. */
const CORRECTED_MS = 1_000;

/** Milliseconds since 1970, whole; `from` is the latest that was told before. */
export function forwardClock(from = 0, { wall, steady }: Clocks = MACHINE): () => number {
  let latest = Math.max(from, wall());
  let asked = steady();
  return () => {
    const [now, passed] = [wall(), steady() - asked];
    asked += passed;
    if (now >= latest) latest = now;
    else if (latest - now > CORRECTED_MS) latest += passed;
    return Math.floor(latest);
  };
}

/** What a session that dies may have told beyond what the next one knows. */
const SAVED_EVERY_MS = 1_000;

const clocks = new WeakMap<State, () => number>();

/** Of the cloud that a state file holds: one for all its emulators. */
export function cloudTime(state: State, machine: Clocks = MACHINE): () => number {
  const known = clocks.get(state);
  if (known !== undefined) return known;
  state.db.exec(
    'CREATE TABLE IF NOT EXISTS cloud_time(id INTEGER PRIMARY KEY CHECK (id = 1), latest INTEGER NOT NULL)',
  );
  const stored = state.db.prepare('SELECT latest FROM cloud_time').get() as { latest: number } | undefined;
  const put = state.db.prepare('INSERT OR REPLACE INTO cloud_time(id, latest) VALUES (1, ?)');
  const now = forwardClock(stored?.latest, machine);
  let saved = stored?.latest ?? 0;
  const tell = (): number => {
    const time = now();
    // With what is written anyway: every commit of Firestore asks for its time.
    if (time - saved >= SAVED_EVERY_MS && state.db.isOpen && state.db.isTransaction) {
      put.run(time);
      saved = time;
    }
    return time;
  };
  clocks.set(state, tell);
  return tell;
}
