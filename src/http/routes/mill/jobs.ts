/** What is done again and again: days that were run, and the jobs of what is collected. */
import { z } from 'zod';
import type { View } from '../../../compose-view.ts';
import { lastDays } from '../../../mill/answers/last-days.ts';
import { Control } from '../../../mill/model/control.ts';
import type { Route } from '../../route.ts';
import { answered, MILL } from './ask.ts';

/** Of what is collected, as the meter tells it. */
interface CollectedJob {
  readonly name: string;
  readonly dueMs: number;
  /** The last first. */
  readonly history: readonly {
    readonly startedMs: number;
    readonly endedMs: number;
    readonly outcome: string;
    readonly text: string;
  }[];
}

/** Asks the meter. */
export interface CollectedJobs {
  list(): Promise<readonly CollectedJob[]>;
}

/** Ends of each that are told. */
const SHOWN_ENDS = 10;

const JobsAnswer = z.object({
  jobs: z.array(
    z.object({
      name: z.string(),
      nextMs: z.number().optional(),
      /** The last first. */
      last: z.array(
        z.object({ startedMs: z.number(), tookMs: z.number(), ok: z.boolean(), text: z.string().optional() }),
      ),
    }),
  ),
  /** By computation; `*` is all of them. */
  paused: Control.shape.paused,
});
type JobsAnswer = z.infer<typeof JobsAnswer>;

export const jobRoutes = (view: () => View, jobs: () => CollectedJobs): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/jobs',
    id: 'listMillJobs',
    summary:
      'Days that were run, and the jobs of what is collected: how the last ones ended, and when the next is due.',
    answers: { 200: { description: 'and what is paused', schema: JobsAnswer } },
    handle: () =>
      answered(view(), async (ports): Promise<JobsAnswer> => {
        const [days, others, { paused }] = await Promise.all([
          lastDays({ limit: SHOWN_ENDS }, ports),
          jobs().list(),
          ports.controls.read(),
        ]);
        const last = days.map(({ startedMs, tookMs, ok, date, failedTasks }) => ({
          startedMs,
          tookMs,
          ok,
          text: `${date}: ${failedTasks === 0 ? 'no task failed' : `${failedTasks} tasks failed`}`,
        }));
        return { jobs: [...(last.length === 0 ? [] : [{ name: 'day', last }]), ...others.map(jobOf)], paused };
      }),
  },
];

const jobOf = ({ name, dueMs, history }: CollectedJob): JobsAnswer['jobs'][number] => ({
  name,
  nextMs: dueMs,
  last: history.slice(0, SHOWN_ENDS).map(({ startedMs, endedMs, outcome, text }) => ({
    startedMs,
    tookMs: endedMs - startedMs,
    ok: outcome !== 'failed',
    text,
  })),
});
