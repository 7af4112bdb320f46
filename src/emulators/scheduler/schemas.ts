/** The Job resource of Cloud Scheduler v1: https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
import { z } from 'zod';
import { nextTime, parseCron } from './cron.ts';

/** Seconds an HTTP target may take. */
const ATTEMPT_DEADLINE = { default: '180s', minimum: 15, maximum: 1_800 } as const;

const HttpTarget = z.strictObject({
  uri: z.url({ protocol: /^https?$/u, error: 'must be an http or https URL' }),
  httpMethod: z.enum(['POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']).default('POST'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.base64().optional(),
  oauthToken: z.strictObject({ serviceAccountEmail: z.string(), scope: z.string().optional() }).optional(),
  oidcToken: z.strictObject({ serviceAccountEmail: z.string(), audience: z.string().optional() }).optional(),
});

/** What a request to create a job may hold. Pub/Sub and App Engine targets and retries are not here. */
export const NewJob = z
  .strictObject({
    name: z.string().regex(/\/jobs\/[\w-]{1,500}$/u, 'must end with an id of 1 to 500 letters, digits, - and _'),
    description: z.string().optional(),
    schedule: z.string(),
    timeZone: z.string().default('Etc/UTC'),
    httpTarget: HttpTarget,
    attemptDeadline: z
      .string()
      .refine(
        (text) =>
          durationMs(text) >= ATTEMPT_DEADLINE.minimum * 1_000 && durationMs(text) <= ATTEMPT_DEADLINE.maximum * 1_000,
        `must be ${ATTEMPT_DEADLINE.minimum}s to ${ATTEMPT_DEADLINE.maximum}s`,
      )
      .default(ATTEMPT_DEADLINE.default),
  })
  .superRefine(({ schedule, timeZone }, context) => {
    try {
      nextTime(parseCron(schedule), timeZone, 0);
    } catch (error) {
      context.addIssue({ code: 'custom', path: ['schedule'], message: (error as Error).message });
    }
  });

export interface Job extends z.infer<typeof NewJob> {
  state: 'ENABLED';
  userUpdateTime: string;
  /** When it fires next; absent if it never does. */
  scheduleTime?: string | undefined;
  lastAttemptTime?: string;
  /** Of the last attempt: a google.rpc.Code; 0 is success. */
  status?: { code: number; message?: string };
}

/** Of seconds with an "s", as JSON has durations; NaN for anything else. */
export const durationMs = (duration: string): number => Number(/^([\d.]+)s$/u.exec(duration)?.[1]) * 1_000;
