/**
 * Tasks in the ledger, held by fencing: every write carries the update time of the version that it builds on, so a worker
 * that was overtaken is refused by Firestore itself. A refused write may be our own, landed with its answer lost: `fence`
 * (whose version it is) and `rev` (how far it is) tell.
 */
import {
  FieldValue,
  type DocumentReference,
  type Firestore,
  type Timestamp,
  type UpdateData,
} from '@google-cloud/firestore';
import { randomUUID } from 'node:crypto';
import { RetryableError } from '../../errors.ts';
import type { MadeTask } from '../../mill/model/message.ts';
import { isTerminal, type Task } from '../../mill/model/task.ts';
import type { HeldTask, TaskChange, Tasks } from '../../mill/ports/tasks.ts';
import { isConflict, unavailable } from '../firestore-client.ts';
import { MeasuredBatch } from '../measured-batch.ts';
import { addTasks, countOff } from './firestore-counters.ts';
import { writeCell } from './cell-document.ts';
import { expiryOf, fromLedger, packCells, packOutcomes, toLedger, versionTime } from './ledger-document.ts';
import { LEDGER } from './paths.ts';
import { atMost } from '../../process/at-most.ts';

/** Times that a claim is decided anew because the task changed under it. */
const MAX_CLAIM_CONFLICTS = 5;

interface Version {
  readonly task: Task;
  readonly updateTime: Timestamp;
  readonly fence: string;
  readonly rev: number;
}

export function firestoreTasks(db: Firestore): Tasks {
  return {
    async read(taskId) {
      return (await readVersion(db.collection(LEDGER).doc(taskId)))?.task;
    },
    async expireLeases(takenBeforeMs) {
      const leased = await db.collection(LEDGER).where('status', '==', 'IN_PROGRESS').get();
      const old = leased.docs.filter((task) => Number(task.get('lease.sinceMs')) < takenBeforeMs);
      const expired = await atMost(old, async (task) => {
        try {
          await task.ref.update({ 'lease.untilMs': 0 }, { lastUpdateTime: task.updateTime });
          return true;
        } catch (thrown) {
          // Somebody is at it after all.
          if (isConflict(thrown)) return false;
          throw unavailable(`the lease of ${task.id} was not ended`, thrown);
        }
      });
      return expired.filter(Boolean).length;
    },
    async leasedBy(worker) {
      const leased = await db.collection(LEDGER).where('status', '==', 'IN_PROGRESS').get();
      return leased.docs.filter((task) => task.get('lease.worker') === worker).map(({ id }) => id);
    },
    async claim(taskId, decide, made) {
      const ref = db.collection(LEDGER).doc(taskId);
      for (let conflicts = 0; conflicts < MAX_CLAIM_CONFLICTS; conflicts++) {
        const carried = conflicts === 0 ? versionOfMade(taskId, made) : undefined;
        const version = carried ?? (await readVersion(ref));
        if (version === undefined) return undefined;
        const decision = decide(version.task);
        if (decision.save === undefined) {
          if (carried !== undefined) continue;
          return { decision, held: undefined };
        }
        const fence = decision.save.lease?.token ?? randomUUID();
        const next = { task: decision.save, fence, rev: version.rev + 1 };
        const parts = decision.parts ?? [];
        const saved = await commitOver(db, ref, version, next, { parts });
        if (saved !== undefined) return { decision, held: hold(db, ref, saved) };
      }
      throw new RetryableError(
        'CONTENTION',
        `${taskId} changed ${MAX_CLAIM_CONFLICTS} times while it was being claimed`,
      );
    },
  };
}

function hold(db: Firestore, ref: DocumentReference, claimed: Version): HeldTask {
  let version = claimed;
  const own = claimed.fence;
  // Every save has a number of its own, so that one that landed with its answer lost is never taken for the next.
  let issued = claimed.rev;
  // One write at a time: each builds on the update time of the one before.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(write: () => Promise<T>): Promise<T> => {
    const turn = last.then(write, write);
    last = turn.catch(() => {});
    return turn;
  };
  const lost = (): RetryableError =>
    new RetryableError('LEASE_LOST', `${ref.id} was taken over by another worker, or its run was cancelled`);

  /** `fence` differs from ours when the task is handed to whoever comes next. */
  const saveNow = async (task: Task, change: TaskChange = {}, fence = version.fence): Promise<void> => {
    const rev = ++issued;
    for (;;) {
      if (isTerminal(version.task) || version.fence !== own) throw lost();
      const next = { task: withBeats(task, version.task), fence, rev };
      const saved = await commitOver(db, ref, version, next, change);
      if (saved !== undefined) {
        version = saved;
        return;
      }
      const { rev: before } = version;
      await resync();
      // A save that we took for failed has landed after all, and this one was decided without it.
      if (version.rev !== before) throw lost();
    }
  };

  /** After a refused write: adopts our own landed or touched version, else the lease is lost. */
  const resync = async (): Promise<void> => {
    const found = await readVersion(ref);
    if (found === undefined || found.fence !== own) throw lost();
    version = found;
  };

  return {
    get task() {
      return version.task;
    },
    heartbeat: (telemetry, untilMs) =>
      inTurn(async () => {
        if (isTerminal(version.task)) return;
        if (version.fence !== own) throw lost();
        try {
          const { writeTime } = await ref.update(
            { telemetry, 'lease.untilMs': untilMs },
            { lastUpdateTime: version.updateTime },
          );
          const { lease } = version.task;
          version = {
            ...version,
            updateTime: writeTime,
            task: { ...version.task, telemetry, ...(lease === undefined ? {} : { lease: { ...lease, untilMs } }) },
          };
        } catch (thrown) {
          if (!isConflict(thrown)) throw unavailable('the heartbeat was not written', thrown);
          await resync();
        }
      }),
    save: (task, change) => inTurn(() => saveNow(task, change)),
    handBack: (decide) => inTurn(() => saveNow(decide(version.task), {}, randomUUID())),
  };
}

/** The task that is saved, with what heartbeats have said since the caller took its copy: the lease's end, and telemetry. */
function withBeats(task: Task, held: Task): Task {
  const lease = task.lease === undefined ? {} : { lease: held.lease ?? task.lease };
  const isNewer = (task.telemetry?.lastHeartbeat ?? '') > (held.telemetry?.lastHeartbeat ?? '');
  const telemetry = isNewer ? task.telemetry : held.telemetry;
  return { ...task, ...lease, ...(telemetry === undefined ? {} : { telemetry }) };
}

/** Commits the task's new version with its change; undefined when the task is no longer at `version` and `next` is not there either. */
async function commitOver(
  db: Firestore,
  ref: DocumentReference,
  version: Version,
  next: Omit<Version, 'updateTime'>,
  { cells = [], parts = [] }: TaskChange,
): Promise<Version | undefined> {
  const batch = new MeasuredBatch(db, {
    what: `the task ${ref.id}`,
    next: 'What its computations read, and what they return, has to become less.',
  });
  for (const cell of cells) writeCell(db, batch, cell);
  for (const part of parts) batch.create(db.collection(LEDGER).doc(part.id), toLedger(part));
  if (parts.length > 0) addTasks(db, batch, next.task, parts.length);
  // What is written of a task that is over already, such as what became of a dead letter, counts nothing.
  if (isTerminal(next.task) && !isTerminal(version.task)) countOff(db, batch, next.task);
  const { status, resources, attempts, lease, lastError, telemetry, outgrown, history, deadLetter } = next.task;
  const fields: UpdateData<Record<string, unknown>> = {
    status,
    resources,
    attempts,
    outcomes: packOutcomes(next.task),
    ...(parts.length === 0 ? {} : { cells: packCells(next.task), parts: next.task.parts }),
    lease: lease ?? FieldValue.delete(),
    lastError: lastError ?? FieldValue.delete(),
    telemetry: telemetry ?? FieldValue.delete(),
    outgrown: outgrown ?? FieldValue.delete(),
    ...(history === undefined ? {} : { history }),
    ...(deadLetter === undefined ? {} : { deadLetter }),
    ...expiryOf(next.task),
    fence: next.fence,
    rev: next.rev,
  };
  batch.update(ref, fields, { lastUpdateTime: version.updateTime });
  try {
    const results = await batch.commit();
    const written = results.at(-1);
    if (written === undefined) throw new Error('a commit answered without results');
    return { ...next, updateTime: written.writeTime };
  } catch (thrown) {
    if (!isConflict(thrown)) throw unavailable(`${ref.id} was not saved`, thrown);
    const found = await readVersion(ref);
    return found !== undefined && found.fence === next.fence && found.rev === next.rev ? found : undefined;
  }
}

/** Nothing is believed of it but what the commit over it proves: that the task is still this one. */
function versionOfMade(taskId: string, made: MadeTask | undefined): Version | undefined {
  const updateTime = made === undefined ? undefined : versionTime(made.version);
  if (made === undefined || made.task.id !== taskId || updateTime === undefined) return undefined;
  return { task: made.task, updateTime, fence: '', rev: 0 };
}

async function readVersion(ref: DocumentReference): Promise<Version | undefined> {
  const snapshot = await ref.get();
  const data = snapshot.data();
  if (data === undefined || snapshot.updateTime === undefined) return undefined;
  return {
    task: fromLedger(data),
    updateTime: snapshot.updateTime,
    fence: String(data['fence'] ?? ''),
    rev: Number(data['rev'] ?? 0),
  };
}
