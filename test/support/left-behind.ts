/** What a run left in a project's state file, read through the real stores. */
import { join } from 'node:path';
import { Firestore } from '@google-cloud/firestore';
import { startCloud } from '../../src/cli/local/local-cloud.ts';
import { compose, type Ports } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import { Run } from '../../src/mill/model/run.ts';
import { fromLedger } from '../../src/google/mill/ledger-document.ts';
import type { Task } from '../../src/mill/model/task.ts';
import { readWhole } from '../../src/mill/ports/read-whole.ts';
import type { StoredCell } from '../../src/mill/ports/cells.ts';
import type { FixtureProject } from './fixture-project.ts';
import { LOCAL_PROJECT } from '../../src/cli/local/state-file.ts';

export interface Left {
  readonly ports: Ports;
  readonly runs: readonly Run[];
  readonly tasks: readonly Task[];
  readonly cell: (computation: string, date: string) => Promise<StoredCell | undefined>;
  /** Undefined where there is no result. */
  readonly value: (computation: string, date: string) => Promise<unknown>;
}

export interface OpenLeft extends Left {
  close(): Promise<void>;
}

/** Opens the project's state; no command can run on it until it is closed. */
export async function openLeft(project: FixtureProject): Promise<OpenLeft> {
  const config = readConfig({ DAYMILL_LOG: 'silent' }, project.root, process.pid);
  const cloud = await startCloud(config);
  Object.assign(process.env, cloud.env);
  const ports = compose({ ...config, manifestFile: join(project.home, 'manifest.json') });
  const db = new Firestore({ projectId: LOCAL_PROJECT });
  const close = async (): Promise<void> => {
    await Promise.all([ports.close(), db.terminate()]);
    await cloud.close();
  };
  try {
    const [runs, tasks] = await Promise.all([
      db.collection('computation_runs').get(),
      db.collection('computation_audit_ledger').get(),
    ]);
    return {
      ports,
      runs: runs.docs.map((run) => Run.parse(run.data())),
      tasks: tasks.docs.map((task) => fromLedger(task.data())),
      async cell(computation, date) {
        const [cell] = await ports.cells.read([{ computation, date }]);
        return cell;
      },
      async value(computation, date) {
        const [artifact] = await ports.artifacts.read([{ kind: 'cell', computation, date }]);
        return artifact === undefined ? undefined : readWhole(artifact);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Looks at the project's state while no command runs on it. */
export async function inspect(project: FixtureProject, look: (left: Left) => Promise<void>): Promise<void> {
  const left = await openLeft(project);
  try {
    await look(left);
  } finally {
    await left.close();
  }
}
