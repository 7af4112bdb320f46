/** What a process of this machine takes, as Linux counts it. */
import { readFileSync } from 'node:fs';

export interface ProcessUsage {
  /** Memory that it holds: heap, buffers and code. */
  readonly residentMB: number;
  /** Time on a processor so far, of all its threads. */
  readonly cpuMs: number;
}

/** Length of a clock tick in /proc, the same on every Linux: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
const TICK_MS = 10;

/** Places of utime and stime among the fields that follow the command's name, which may hold spaces. */
const UTIME = 11;
const STIME = 12;

/** Undefined where there is no /proc, and when the process is gone. */
export function processUsage(pid: number | undefined): ProcessUsage | undefined {
  if (process.platform !== 'linux' || pid === undefined) return undefined;
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kilobytes === undefined) return undefined;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
    return { residentMB: Number(kilobytes) / 1_024, cpuMs: ticks * TICK_MS };
  } catch {
    return undefined;
  }
}
