/** One instance of a function: a functions-framework process with a memory limit that is enforced as Cloud Run does. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { processUsage } from '../../process/process-usage.ts';
import { siblingUrl } from '../../process/sibling.ts';

/** How often the process's resident memory is held against its limit. */
const MEMORY_CHECK_MS = 200;

/** How long a process that was asked to end may take: the local grace, and a commit on a slow machine. */
const STOP_MS = 3_000;

/** Results must not depend on whose laptop it is: Cloud Run's own time zone, and the locale that Node has there. */
const AS_DEPLOYED = { TZ: 'UTC', LC_ALL: 'en_US.UTF-8' } as const;

export interface FunctionOptions {
  /** The name it is registered under. */
  readonly target: string;
  /** The module that registers it. */
  readonly source: string;
  readonly memoryMB: number;
  /** Of V8's heap. */
  readonly heapMB: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Each line that it prints. */
  readonly onLine: (line: string) => void;
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
    dirname(createRequire(import.meta.url).resolve('@google-cloud/functions-framework')),
    'main.js',
  );
  const child = spawn(
    process.execPath,
    [
      `--max-heap-size=${options.heapMB}`,
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
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { ...options.env, ...AS_DEPLOYED, NODE_ENV: 'development', FUNCTION_TARGET: options.target },
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  await listening(child, options);
  const timer = setInterval(() => enforceMemory(child, options), MEMORY_CHECK_MS);
  timer.unref();
  void exited.then(() => clearInterval(timer));
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

/** V8 limits its heap only. Resident memory is read from Linux; elsewhere the heap's limit is all there is. */
function enforceMemory(child: ChildProcess, { target, memoryMB, onLine }: FunctionOptions): void {
  const { residentMB = 0 } = processUsage(child.pid) ?? {};
  if (residentMB <= memoryMB) return;
  onLine(
    JSON.stringify({
      severity: 'ERROR',
      event: 'memory.exceeded',
      message: `Memory limit of ${memoryMB} MiB exceeded with ${Math.round(residentMB)} MiB used by ${target}`,
    }),
  );
  child.kill('SIGKILL');
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
