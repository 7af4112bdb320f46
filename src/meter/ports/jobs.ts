/** Where jobs stand, for all instances. */
import type { Job, JobEnd, JobName } from '../model/job.ts';

export interface Jobs {
  /** Undefined where it is not due, or another has it. Whoever gets it has it until `untilMs`. */
  take(name: JobName, everyMs: number, holder: string, leaseMs: number): Promise<Job | undefined>;
  /** Gives it back. False when the lease was another's by then: then nothing is noted. */
  end(name: JobName, holder: string, end: JobEnd, dueMs: number): Promise<boolean>;
  /** Those that were ever taken. */
  list(): Promise<readonly Job[]>;
}
