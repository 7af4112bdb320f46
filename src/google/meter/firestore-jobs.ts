/** `Jobs` on Firestore: a document a job, `jobs/{name}`, taken and given back in transactions. */
import type { Firestore } from '@google-cloud/firestore';
import { Job, MAX_HISTORY } from '../../meter/model/job.ts';
import type { Jobs } from '../../meter/ports/jobs.ts';
import type { Clock } from '../../process/ports.ts';
import { unavailable } from '../firestore-client.ts';

export function firestoreJobs(db: Firestore, clock: Clock): Jobs {
  const ref = (name: string) => db.collection('jobs').doc(name);
  return {
    take: (name, everyMs, holder, leaseMs) =>
      reaching(`the job ${name} could not be taken`, () =>
        db.runTransaction(async (transaction) => {
          const found = await transaction.get(ref(name));
          const nowMs = clock.now();
          const job: Job = found.exists
            ? Job.parse(found.data())
            : { name, everyMs, dueMs: nowMs, failures: 0, lease: null, history: [] };
          if (job.dueMs > nowMs || (job.lease !== null && job.lease.untilMs > nowMs)) return undefined;
          const taken: Job = { ...job, everyMs, lease: { holder, untilMs: nowMs + leaseMs } };
          transaction.set(ref(name), taken);
          return taken;
        }),
      ),
    end: (name, holder, end, dueMs) =>
      reaching(`the end of the job ${name} could not be noted`, () =>
        db.runTransaction(async (transaction) => {
          const job = Job.parse((await transaction.get(ref(name))).data());
          if (job.lease?.holder !== holder) return false;
          transaction.set(ref(name), {
            ...job,
            dueMs,
            lease: null,
            failures: end.outcome === 'failed' ? job.failures + 1 : 0,
            history: [end, ...job.history].slice(0, MAX_HISTORY),
          } satisfies Job);
          return true;
        }),
      ),
    list: () =>
      reaching('the jobs could not be read', async () =>
        (await db.collection('jobs').get()).docs.map((found) => Job.parse(found.data())),
      ),
  };
}

async function reaching<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw unavailable(what, thrown);
  }
}
