/** `daymill serve` as a process of its own, on a free port, with a token for it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { daymill, MAIN } from './daymill-process.ts';

export interface Serving {
  readonly url: string;
  readonly child: ChildProcess;
  /** A request with a token of the organization `acme`, as its admin unless another is given. */
  ask(path: string, options?: AskOptions): Promise<Response>;
  token(organization: string, role: string): Promise<string>;
  /** Of the process that collects; undefined while there is none. */
  collector(): number | undefined;
  /** As Ctrl-C does; answers the exit code. */
  stop(): Promise<number | null>;
}

export interface AskOptions extends RequestInit {
  readonly token?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
}

export async function serving(
  project: { readonly root: string },
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Serving> {
  const child = spawn(process.execPath, [MAIN, 'serve', '--port', '0', '--json', ...args], {
    cwd: project.root,
    env: { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], HOME: project.root, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      printed.push(line);
      if (line.startsWith('{')) resolve((JSON.parse(line) as { url: string }).url);
    });
    child.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${printed.join('\n')}`)));
  });
  const token = async (organization: string, role: string): Promise<string> => {
    const { json } = await daymill(project, ['token', '--org', organization, '--role', role, '--json'], env);
    return json<{ token: string }>().token;
  };
  const own = await token('acme', 'admin');
  return {
    url,
    child,
    token,
    ask: (path, { token: given = own, json, headers, ...rest } = {}) =>
      fetch(`${url}${path}`, {
        ...rest,
        ...(json === undefined ? {} : { method: rest.method ?? 'POST', body: JSON.stringify(json) }),
        headers: {
          authorization: `Bearer ${given}`,
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...(headers as Record<string, string> | undefined),
        },
      }),
    collector: () => collectorOf(child.pid),
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill('SIGINT');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}

/** Linux tells what a process was started with, and by whom. */
function collectorOf(parent: number | undefined): number | undefined {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)
    .find((pid) => {
      try {
        const isChild = / (\S) (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, ' '))?.[2];
        return (
          Number(isChild) === parent && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--target=collect\0')
        );
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}
