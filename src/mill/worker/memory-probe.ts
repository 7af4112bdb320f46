/** Reads what this process takes: Node's own figures, the highest that Linux saw, and what the container counts. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { MemoryProbe } from '../ports/process.ts';

const MB = 1_048_576;

/**
 * Where a container finds its own figures: control groups of version 2, else of version 1. What they count has files in memory
 * among it, which on Cloud Run is the whole file system. https://docs.kernel.org/admin-guide/cgroup-v2.html#memory-interface-files
 */
const CONTROL_GROUPS = [
  { usage: 'memory.current', limit: 'memory.max' },
  { usage: 'memory/memory.usage_in_bytes', limit: 'memory/memory.limit_in_bytes' },
] as const;

/** Version 1 says "no limit" with the largest multiple of a page that it can count; nobody rents a pebibyte. */
const NO_LIMIT_MB = 2 ** 30;

let collect: (() => void) | undefined;

/** Node gives it out to contexts that are made while the flag is set. */
function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const exposed = runInNewContext('gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  return exposed;
}

/** `root` is where control groups are mounted. */
export function memoryProbe(root = '/sys/fs/cgroup'): MemoryProbe {
  const group = CONTROL_GROUPS.find(({ usage }) => megabytesIn(join(root, usage)) !== undefined);
  const limitMB = group === undefined ? undefined : megabytesIn(join(root, group.limit));
  return {
    read() {
      const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
      const containerMB = group === undefined ? undefined : megabytesIn(join(root, group.usage));
      return {
        rssMB: rss / MB,
        heapUsedMB: heapUsed / MB,
        heapLimitMB: getHeapStatistics().heap_size_limit / MB,
        externalMB: external / MB,
        arrayBuffersMB: arrayBuffers / MB,
        ...(containerMB === undefined ? {} : { containerMB }),
        ...(containerMB === undefined || limitMB === undefined || limitMB >= NO_LIMIT_MB
          ? {}
          : { containerLimitMB: limitMB }),
      };
    },
    rssMB: () => process.memoryUsage.rss() / MB,
    // Linux counts it in KiB, and libuv says so on every system.
    highestRssMB: () => process.resourceUsage().maxRSS / 1_024,
    collectGarbage() {
      collect ??= exposeCollector();
      // Buffers are swept beside the program; the second collection waits for the first one's sweep.
      collect();
      collect();
    },
  };
}

/** Undefined where there is no such file, or no number in it (`max`). */
function megabytesIn(file: string): number | undefined {
  try {
    const bytes = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isFinite(bytes) ? bytes / MB : undefined;
  } catch {
    return undefined;
  }
}
