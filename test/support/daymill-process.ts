/** The command line as a process of its own, and a look at what it left behind. */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { Firestore } from '@google-cloud/firestore';
import { startCloud } from '../../src/cli/local/local-cloud.ts';
import { compose, type Ports } from '../../src/compose.ts';
import { readConfig } from '../../src/config.ts';
import { Run } from '../../src/model/run.ts';
import { Task } from '../../src/model/task.ts';
import { cellPlace, readWhole } from '../../src/steps/load-inputs.ts';
import type { StoredCell } from '../../src/steps/ports.ts';
import type { FixtureProject } from './fixture-project.ts';

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Longer than any scenario takes; what still runs then is killed, and its test fails. */
const PATIENCE_MS = 55_000;

/** Attempts that died are noticed soon. */
const HASTE = { DAYMILL_LEASE_SECONDS: '2', DAYMILL_HEARTBEAT_SECONDS: '0.5' };

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The last line of standard output; of a run, its summary. */
  readonly last: Summary;
}

/** What `daymill run --json` ends with. */
interface Summary {
  readonly runs: number;
  readonly cells: Readonly<Record<string, number>>;
  readonly completed: number;
  readonly failed: number;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Runs `daymill ARGS --json` in the project. */
export async function daymill(
  project: FixtureProject,
  args: readonly string[] = ['run'],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args, '--json'], {
    cwd: project.root,
    env: { PATH: process.env['PATH'], HOME: project.root, ...HASTE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  const exited = new Promise<Pick<Ended, 'code' | 'signal'>>((done) => {
    child.once('exit', (code, signal) => done({ code, signal }));
  });
  const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  return {
    ...exit,
    stderr,
    last: last.startsWith('{') ? (JSON.parse(last) as Summary) : { runs: 0, cells: {}, completed: 0, failed: 0 },
  };
}

export interface Left {
  readonly ports: Ports;
  readonly runs: readonly Run[];
  readonly tasks: readonly Task[];
  cell(computation: string, date: string): Promise<StoredCell | undefined>;
  /** Undefined where there is no result. */
  value(computation: string, date: string): Promise<unknown>;
}

/** Opens the project's state while no command runs on it. */
export async function inspect(project: FixtureProject, look: (left: Left) => Promise<void>): Promise<void> {
  const config = readConfig({ DAYMILL_LOG: 'silent' }, project.root, process.pid);
  const cloud = await startCloud(config);
  Object.assign(process.env, cloud.env);
  const ports = compose({ ...config, manifestFile: join(project.home, 'manifest.json') });
  const db = new Firestore({ projectId: config.projectId });
  const category = (computation: string) => cellPlace(ports.manifest, computation, '').category;
  try {
    const [runs, tasks] = await Promise.all([
      db.collection('computation_runs').get(),
      db.collection('computation_audit_ledger').get(),
    ]);
    await look({
      ports,
      runs: runs.docs.map((run) => Run.parse(run.data())),
      tasks: tasks.docs.map((task) => Task.parse(task.data())),
      async cell(computation, date) {
        const [cell] = await ports.cells.read([{ computation, date, category: category(computation) }]);
        return cell;
      },
      async value(computation, date) {
        const [artifact] = await ports.artifacts.read([cellPlace(ports.manifest, computation, date)]);
        return artifact === undefined ? undefined : readWhole(artifact);
      },
    });
  } finally {
    await Promise.all([ports.close(), db.terminate()]);
    await cloud.close();
  }
}
