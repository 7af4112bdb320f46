/** The local cloud with its functions, for one run: a cloud of its own, or that of the `daymill dev` that started the run. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/config.ts';
import type { Ports } from '../../compose.ts';
import { type WorkflowsClient, workflowsClient } from '../../google/workflows-client.ts';
import { type AtHand, functionsAtHand } from './at-hand.ts';
import { localLanes } from './lanes.ts';
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
  /** After which an execution is asked for its state again, at first. */
  readonly pollMs: number;
  /** Whether a run ends with the command that started it. */
  readonly isOurs: boolean;
  /** What of the configuration this cloud alone knows. */
  readonly settings: Partial<Pick<Config, 'lanes' | 'workflowsEmulatorHost'>>;
  /** Gives it what to plan with where it need not start a process for that. */
  open(ports: Ports): void;
  /**
   * To be called when there is something to run, or may well be: starts processes for the functions that plan and for a worker, beside what else there
   * is to do first; settles once changed code is simulated, or takes too long. Never rejects. A run that nobody calls it for is as right, and starts
   * them when it finds that it needs them.
   */
  warm(): Promise<void>;
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
    const atHand: AtHand = functionsAtHand({
      onLog: (entry) => onLog(entry),
      level: config.logLevel,
      ready: () => daymill.subscribed(),
    });
    const onLog = (entry: LogEntry): void => {
      if (opensData(entry) || sendsTasks(entry)) serviceOf(daymill.services, worker(config)).warm();
      // A day with work ends with a reconciliation; a quiet one has none.
      if (sendsTasks(entry)) serviceOf(daymill.services, 'reconcile').warm();
      options.onLog(entry);
    };
    const daymill: Daymill = await startDaymill(config, { ...options, onLog, atHand: atHand.functions });
    return ownCloud(daymill, atHand, aloneSinceMs, config, options);
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
    settings: {},
    open: () => {},
    warm: () => Promise.resolve(),
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

const ownCloud = (
  daymill: Daymill,
  atHand: AtHand,
  aloneSinceMs: number,
  config: Config,
  { env }: LocalOptions,
): RunCloud => ({
  ...LOCAL,
  settings: { lanes: localLanes(config, env), workflowsEmulatorHost: daymill.cloud.env['WORKFLOWS_EMULATOR_HOST'] },
  aloneSinceMs,
  workflows: daymill.workflows,
  functionUrls: daymill.functionUrls,
  open: (ports) => atHand.open(ports),
  async warm() {
    for (const id of ['index', 'dispatch', worker(config)]) serviceOf(daymill.services, id).warm();
    const url = daymill.functionUrls.preflight;
    if (url === undefined) return;
    serviceOf(daymill.services, 'preflight').warm();
    // While root data is loaded, other cores are idle. The workflow asks again, and reports what is wrong then.
    const changed = preflight(url, { changedOnly: true });
    await Promise.race([changed, delay(EARLY_PREFLIGHT_MS, undefined, { ref: false })]);
    // New code has nothing to be compared with: nobody waits for it before the run's end.
    void changed.then((done) => done && preflight(url, {}));
  },
  firestoreUsage: () => daymill.cloud.firestore.counters(),
  close: () => daymill.close(),
});

/** The service of the tier that most tasks are sent to. */
const worker = ({ tiers }: Pick<Config, 'tiers'>): string => `work-${tiers[0].name}`;

const sendsTasks = ({ event, fields }: LogEntry): boolean => event === 'dispatched' && Number(fields['cells']) > 0;

const opensData = ({ event, fields }: LogEntry): boolean =>
  event === 'indexed' && Object.keys(fields['changed'] ?? {}).length > 0;
