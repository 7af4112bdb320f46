/** One instance of a function: a functions-framework process with a memory limit that is enforced as Cloud Run does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { memoryFlags } from '../../deploy/services.ts';
import { processUsage } from '../../process/process-usage.ts';
import { siblingUrl } from '../../process/sibling.ts';
import { TOKEN_VARIABLE } from './token-header.ts';

/** How often the process's resident memory is held against its limit. */
const MEMORY_CHECK_MS = 200;

/** How long a process that was asked to end may take: the local grace, and a commit on a slow machine. */
const STOP_MS = 3_000;

/** Results must not depend on whose laptop it is: Cloud Run's own time zone, and the locale that Node has there. */
const AS_DEPLOYED = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8' } as const;

export interface FunctionOptions {
  /** What each request must bring along, if anything; see token-header.ts. */
  readonly token?: string;
  /** The name it is registered under. */
  readonly target: string;
  /** The module that registers it. The framework that serves it is the one that this finds. */
  readonly source: string;
  /** Where it runs; this process's folder when absent. */
  readonly cwd?: string;
  readonly memoryMB: number;
  /** Of V8's heap. */
  readonly heapMB: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Each line that it prints. */
  readonly onLine: (line: string) => void;
  /** It was ended for its memory: by V8, whose heap was full, or for more than its limit. */
  readonly onOutOfMemory?: ((death: MemoryDeath) => void) | undefined;
}

export interface MemoryDeath {
  readonly pid: number;
  readonly message: string;
  /** The last that was seen, in MiB. */
  readonly residentMB: number;
  /** V8's limit, in MiB, where it was that. */
  readonly heapUsedMB?: number;
}

export interface FunctionProcess {
  readonly port: number;
  readonly exited: Promise<void>;
  stop(): Promise<void>;
}

/** Answers once it listens. @throws {Error} when it ends before that, with what it printed. */
export async function startFunction(options: FunctionOptions): Promise<FunctionProcess> {
  const port = await freePort();
  const framework = join(
    dirname(createRequire(options.source).resolve('@google-cloud/functions-framework')),
    'main.js',
  );
  const child = spawn(
    process.execPath,
    [
      ...memoryFlags(options),
      '--import',
      siblingUrl('./die-with-parent', import.meta.url).href,
      '--import',
      siblingUrl('./loopback-only', import.meta.url).href,
      framework,
      `--target=${options.target}`,
      `--source=${options.source}`,
      `--port=${port}`,
    ],
    {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...options.env,
        ...AS_DEPLOYED,
        NODE_ENV: 'development',
        FUNCTION_TARGET: options.target,
        [TOKEN_VARIABLE]: options.token,
      },
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const endMemoryWatch = watchMemory(child, options);
  void exited.then(endMemoryWatch);
  await listening(child, options);
  return {
    port,
    exited,
    async stop() {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(force);
    },
  };
}

/** The framework says "Serving function..." once its port is open; every other line is the function's. */
function listening(child: ChildProcess, { target, onLine }: FunctionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    const hear = (line: string): void => {
      if (line.startsWith('Serving function')) resolve();
      else if (!/^(Function|Signature type|URL): /.test(line)) {
        printed.push(line);
        onLine(line);
      }
    };
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', hear);
    child.once('exit', (code) =>
      reject(new Error(`the function ${target} ended with ${code} before it served: ${printed.slice(-20).join('\n')}`)),
    );
    child.once('error', reject);
  });
}

/** What V8 says of a full heap before it aborts, as the first of some forty lines. */
const FULL_HEAP = /^FATAL ERROR: .*(?:heap|memory)/i;

/**
 * Ends the process for more than its memory, and says so when that, or V8 with a full heap, ended it. V8 limits its heap only. Resident
 * memory is read from Linux; elsewhere the heap's limit is all there is. Returns what ends the watch.
 */
function watchMemory(child: ChildProcess, options: FunctionOptions): () => void {
  const { target, memoryMB, heapMB, onLine, onOutOfMemory } = options;
  let residentMB = 0;
  const died = (message: string, heapUsedMB?: number): void => {
    onLine(JSON.stringify({ severity: 'ERROR', event: 'memory.exceeded', message }));
    const full = heapUsedMB === undefined ? {} : { heapUsedMB };
    if (child.pid !== undefined) onOutOfMemory?.({ pid: child.pid, message, residentMB, ...full });
  };
  let isFull = false;
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => {
      isFull ||= FULL_HEAP.test(line);
    });
  child.once('close', () => {
    if (!isFull) return;
    const taken = residentMB === 0 ? '' : `, with ${Math.round(residentMB)} MiB used of ${memoryMB} MiB`;
    died(`JavaScript heap out of memory: V8 ended it at its limit of ${heapMB} MiB${taken}`, heapMB);
  });
  let ended = false;
  const timer = setInterval(() => {
    residentMB = processUsage(child.pid)?.residentMB ?? residentMB;
    if (residentMB <= memoryMB || ended) return;
    ended = true;
    child.once('exit', () =>
      died(
        `Memory limit of ${memoryMB} MiB exceeded with ${Math.round(residentMB)} MiB used by ${target}: out of memory`,
      ),
    );
    child.kill('SIGKILL');
  }, MEMORY_CHECK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
