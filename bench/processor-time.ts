/** Processor time of a tree of processes, from Linux: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`: 100 on every Linux that Node runs on. */
const TICK_MS = 10;

/** Places among the fields that follow the command's name, which may hold spaces. */
const PARENT = 1;
const OWN = [11, 12] as const;
const OF_ENDED = [13, 14] as const;

interface ProcessTime {
  readonly name: string;
  /** Milliseconds so far, user and system, of all its threads. */
  readonly own: number;
  /** The same of its children that have ended, and of theirs. */
  readonly ofEnded: number;
}

/** Of each living process by its id. */
export type ProcessorTimes = ReadonlyMap<number, ProcessTime>;

/** `roots` and all that descend from them, by what `nameOf` calls each; ticks are of 10 ms, so measure seconds. */
export function processorTimes(roots: readonly number[], nameOf: (pid: number) => string): ProcessorTimes {
  const all = new Map<number, { readonly parent: number; readonly own: number; readonly ofEnded: number }>();
  for (const entry of readdirSync('/proc')) {
    const times = /^\d+$/.test(entry) ? timesOf(entry) : undefined;
    if (times !== undefined) all.set(Number(entry), times);
  }
  const isOfUs = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = all.get(at)?.parent)
      if (roots.includes(at)) return true;
    return false;
  };
  return new Map(
    [...all]
      .filter(([pid]) => isOfUs(pid))
      .map(([pid, { own, ofEnded }]) => [pid, { name: nameOf(pid), own, ofEnded }]),
  );
}

/** What is left of processes that ended in between. */
const ENDED = 'processes that ended';

/** Milliseconds between two looks, by name. What ended in between is its parent's: counted, under a name of its own. */
export function spentBetween(before: ProcessorTimes, after: ProcessorTimes): Map<string, number> {
  const spent = new Map<string, number>();
  const add = (name: string, ms: number): void => {
    if (ms !== 0) spent.set(name, (spent.get(name) ?? 0) + ms);
  };
  for (const [pid, { name, own, ofEnded }] of after) {
    add(name, own - (before.get(pid)?.own ?? 0));
    add(ENDED, ofEnded - (before.get(pid)?.ofEnded ?? 0));
  }
  // Its parent's count of ended children has all that it ever took.
  for (const [pid, { own, ofEnded }] of before) if (!after.has(pid)) add(ENDED, -own - ofEnded);
  return spent;
}

/** Of a process by its id, or `self`, in milliseconds; undefined when it is gone. */
export function timesOf(pid: string): (Omit<ProcessTime, 'name'> & { readonly parent: number }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const sum = (places: readonly number[]): number =>
      places.reduce((total, place) => total + Number(fields[place]) * TICK_MS, 0);
    return { parent: Number(fields[PARENT]), own: sum(OWN), ofEnded: sum(OF_ENDED) };
  } catch {
    return undefined;
  }
}
