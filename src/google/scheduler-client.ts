/** Cloud Scheduler over REST, as far as a person needs it: what a job starts a workflow with. */
import { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { RetryableError, UserError } from '../errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
const Job = z.object({ httpTarget: z.object({ body: z.base64() }) });

/** What executions.create takes. */
const Body = z.object({ argument: z.string().transform((text) => JSON.parse(text) as unknown) });

/**
 * The argument that the job starts its workflow with. `name` is `projects/P/locations/R/jobs/ID`; `emulatorHost` is `host:port` of the local cloud.
 * @throws {UserError} BAD_ARGUMENT when there is no such job, or it may not be read @throws {RetryableError} UNAVAILABLE
 */
export async function argumentOfJob<T>(name: string, schema: z.ZodType<T>, emulatorHost?: string): Promise<T> {
  const origin = emulatorHost === undefined ? 'https://cloudscheduler.googleapis.com' : `http://${emulatorHost}`;
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  const response = await auth.fetch({
    url: `${origin}/v1/${name}`,
    method: 'GET',
    responseType: 'json',
    validateStatus: () => true,
  });
  if (response.status === 404)
    throw new UserError('BAD_ARGUMENT', `There is no job ${name}: nothing of that name is deployed there.`);
  if (response.status === 401 || response.status === 403)
    throw new UserError(
      'BAD_ARGUMENT',
      `${name} may not be read by this account. Give it roles/cloudscheduler.viewer.`,
    );
  if (!response.ok) throw new RetryableError('UNAVAILABLE', `Cloud Scheduler answered ${response.status} for ${name}`);
  const body = Buffer.from(Job.parse(response.data).httpTarget.body, 'base64').toString('utf8');
  return schema.parse(Body.parse(JSON.parse(body)).argument);
}
