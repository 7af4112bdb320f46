/** The local cloud with its functions, for one run: a cloud of its own, or that of the `daymill dev` that started the run. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import { type WorkflowsClient, workflowsClient } from '../../google/workflows-client.ts';
import { type Daymill, type LocalOptions, LOCATION, serviceOf, startDaymill, WORKFLOW } from './local-cloud.ts';
import type { LogEntry } from './log-entry.ts';
import { findSession, type Session } from './session.ts';
import { LOCAL_PROJECT } from './state-file.ts';

export type FirestoreUsage = ReturnType<Daymill['cloud']['firestore']['counters']>;

export interface RunCloud {
  /** The workflow that is a day. */
  readonly workflow: string;
  readonly workflows: WorkflowsClient;
  readonly functionUrls: Daymill['functionUrls'];
  /** When all workers that ever had a lease on this state before were gone; undefined when another session's may be at work. */
  readonly aloneSinceMs: number | undefined;
  /** How often an execution is asked for its state. */
  readonly pollMs: number;
  /** Whether a run ends with the command that started it. */
  readonly isOurs: boolean;
  /** Starts what every run needs, beside what else there is to do first; settles once changed code is simulated, or takes too long. Never rejects. */
  warm(): Promise<void>;
  /** Starts a worker ahead of the first task. */
  expectWork(): void;
  /** Operations so far; null when the cloud serves others too. */
  firestoreUsage(): FirestoreUsage | null;
  close(): Promise<void>;
}

const LOCAL = { workflow: WORKFLOW, pollMs: 25, isOurs: true } as const;

/** `daymill dev` sets it to its own process id for the runs that it starts. */
export const SESSION_VARIABLE = 'DAYMILL_SESSION';

export async function openRunCloud(config: Config, options: LocalOptions): Promise<RunCloud> {
  const joined = options.env[SESSION_VARIABLE];
  const serving = joined === undefined ? await findSession(config) : undefined;
  if (serving?.joinable === true) return joinSession(serving);
  if (joined === undefined) {
    // A state file has one session at a time, and its workers end with it.
    const aloneSinceMs = Date.now();
    const daymill: Daymill = await startDaymill(config, {
      ...options,
      onLog(entry) {
        // A day with work ends with a reconciliation; a quiet one has none.
        if (entry.event === 'dispatched' && Number(entry.fields['cells']) > 0)
          serviceOf(daymill.services, 'reconcile').warm();
        options.onLog(entry);
      },
    });
    return ownCloud(daymill, aloneSinceMs, config.tiers[0].name);
  }
  const session = await findSession(config);
  if (session?.functions === undefined || String(session.pid) !== joined)
    throw new Error(`the session ${joined} that started this run is gone`);
  // The functions print to the session's process; it hands on what they say.
  process.on('message', (entry) => options.onLog(entry as LogEntry));
  return joinSession(session);
}

function joinSession({ env, functions }: Session): RunCloud {
  if (functions === undefined) throw new Error('a session without functions was joined');
  Object.assign(process.env, env);
  return {
    ...LOCAL,
    workflows: workflowsClient(LOCAL_PROJECT, LOCATION, env['WORKFLOWS_EMULATOR_HOST']),
    functionUrls: functions,
    aloneSinceMs: undefined,
    warm: () => Promise.resolve(),
    expectWork: () => {},
    firestoreUsage: () => null,
    close: () => Promise.resolve(process.disconnect?.()),
  };
}

/** What a run waits for verdicts before it starts the workflow, which waits for them too. */
const EARLY_PREFLIGHT_MS = 10_000;

/** Whether it went well. Never rejects. */
const preflight = (url: string, body: object): Promise<boolean> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then(
    ({ ok }) => ok,
    () => false,
  );

/** `smallest`: the tier that most tasks are sent to. */
const ownCloud = (daymill: Daymill, aloneSinceMs: number, smallest: string): RunCloud => ({
  ...LOCAL,
  aloneSinceMs,
  workflows: daymill.workflows,
  functionUrls: daymill.functionUrls,
  async warm() {
    for (const id of ['index', 'dispatch']) serviceOf(daymill.services, id).warm();
    const url = daymill.functionUrls.preflight;
    if (url === undefined) return;
    // While root data is loaded, other cores are idle. The workflow asks again, and reports what is wrong then.
    const changed = preflight(url, { changedOnly: true });
    await Promise.race([changed, delay(EARLY_PREFLIGHT_MS, undefined, { ref: false })]);
    // New code has nothing to be compared with: nobody waits for it before the run's end.
    void changed.then((done) => done && preflight(url, {}));
  },
  expectWork: () => serviceOf(daymill.services, `work-${smallest}`).warm(),
  firestoreUsage: () => daymill.cloud.firestore.counters(),
  close: () => daymill.close(),
});
