/** The whole pipeline on the bundled data: the first run, the second, and the rest of the half-year; time, memory and Firestore operations. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf } from './process-tree.ts';

interface Summary {
  readonly cells: Readonly<Record<string, number>>;
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly firestore: {
    readonly reads: number;
    readonly writes: number;
    readonly deletes: number;
    readonly rpcs: number;
  };
}

interface Measured {
  readonly summary: Summary;
  /** From the start of the process to its end. */
  readonly wallSeconds: number;
  /** Peak of the resident memory of the CLI (with the local cloud) and of all function processes together. */
  readonly peakMB: { readonly cli: number; readonly all: number };
}

const SAMPLE_MS = 100;

export async function benchPipeline(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  try {
    const rows = [
      ['first run, 31 days', await measure(home, [])],
      ['second run', await measure(home, [])],
      ['on to 2001-06-30, 150 days more', await measure(home, ['--date', '2001-06-30'])],
      ['again, 181 days', await measure(home, ['--date', '2001-06-30'])],
    ] as const;
    const out: string[] = [
      '| | cells ran | seconds | whole process | peak MB, CLI | peak MB, all | reads | writes | RPCs | reads, writes, RPCs a cell |',
      '|---|---|---|---|---|---|---|---|---|---|',
    ];
    for (const [name, { summary, wallSeconds, peakMB }] of rows) {
      const { reads, writes, rpcs } = summary.firestore;
      const each = (count: number): string => (summary.completed === 0 ? '–' : (count / summary.completed).toFixed(1));
      out.push(
        `| ${[name, summary.completed, summary.seconds.toFixed(1), wallSeconds.toFixed(1), Math.round(peakMB.cli), Math.round(peakMB.all), reads, writes, rpcs].join(' | ')} | ${each(reads)}, ${each(writes)}, ${each(rpcs)} |`,
      );
    }
    process.stdout.write(`${out.join('\n')}\n`);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

async function measure(home: string, args: readonly string[]): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/cli/main.ts'), 'run', '--json', ...args], {
    env: { ...process.env, DAYMILL_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const peakMB = { cli: 0, all: 0 };
  const timer = setInterval(() => {
    const cli = residentMB(child.pid ?? 0);
    const all = childrenOf(child.pid ?? 0).reduce((sum, pid) => sum + residentMB(pid), cli);
    peakMB.cli = Math.max(peakMB.cli, cli);
    peakMB.all = Math.max(peakMB.all, all);
  }, SAMPLE_MS);
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  clearInterval(timer);
  const last = printed.trim().split('\n').at(-1) ?? '';
  return { summary: JSON.parse(last) as Summary, wallSeconds: (performance.now() - started) / 1_000, peakMB };
}

/** Linux only; elsewhere memory is shown as 0. */
function residentMB(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
  } catch {
    return 0;
  }
}
