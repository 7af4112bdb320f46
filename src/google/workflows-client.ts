/** Workflows over its REST APIs: deploy a source, execute it, ask how it goes. The local cloud answers on the same paths. */
import { GoogleAuth } from 'google-auth-library';
import { z } from 'zod';
import { RetryableError, UserError } from '../errors.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

const ApiError = z.object({ error: z.object({ message: z.string() }) });
const Execution = z.object({
  name: z.string(),
  state: z.enum(['ACTIVE', 'SUCCEEDED', 'FAILED', 'CANCELLED', 'UNAVAILABLE', 'QUEUED']),
  result: z.string().optional(),
  error: z.object({ payload: z.string().optional(), context: z.string().optional() }).optional(),
});
export type Execution = z.infer<typeof Execution>;

/** What `GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID` says inside of it: the last part of its name. */
export const executionIdOf = ({ name }: Execution): string => name.slice(name.lastIndexOf('/') + 1);

export interface WorkflowsClient {
  /** Creates the workflow, or puts a changed source in its place. @throws {UserError} when the source is refused. */
  deploy(workflow: string, source: string): Promise<void>;
  execute(workflow: string, argument: unknown): Promise<Execution>;
  /** By the name that `execute` answered with. */
  read(name: string): Promise<Execution>;
  /** Executions that are not over. */
  active(workflow: string): Promise<Execution[]>;
  cancel(name: string): Promise<void>;
}

export function workflowsClient(
  projectId: string,
  location: string,
  emulatorHost: string | undefined,
): WorkflowsClient {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  const base = (service: string): string =>
    emulatorHost === undefined ? `https://${service}.googleapis.com/v1` : `http://${emulatorHost}/v1`;
  const parent = `projects/${projectId}/locations/${location}/workflows`;

  const call = async (
    method: 'GET' | 'POST' | 'PATCH',
    url: string,
    body?: unknown,
  ): Promise<{ status: number; data: unknown }> => {
    const response = await auth.fetch({
      url,
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      responseType: 'json',
      validateStatus: () => true,
    });
    const data: unknown = response.data;
    if (response.ok || response.status === 404) return { status: response.status, data };
    const message = ApiError.safeParse(data).data?.error.message ?? `HTTP ${response.status}`;
    throw response.status < 500
      ? new UserError('BAD_ARGUMENT', `Workflows refused: ${message}`)
      : new RetryableError('UNAVAILABLE', `Workflows: ${message}`);
  };

  return {
    async deploy(workflow, source) {
      const url = `${base('workflows')}/${parent}`;
      const found = await call('GET', `${url}/${workflow}`);
      if (found.status === 404) await call('POST', `${url}?workflowId=${workflow}`, { sourceContents: source });
      else if (z.object({ sourceContents: z.string() }).safeParse(found.data).data?.sourceContents !== source) {
        await call('PATCH', `${url}/${workflow}?updateMask=sourceContents`, { sourceContents: source });
      }
    },
    async execute(workflow, argument) {
      const { data } = await call('POST', `${base('workflowexecutions')}/${parent}/${workflow}/executions`, {
        argument: JSON.stringify(argument),
      });
      return Execution.parse(data);
    },
    async read(name) {
      return Execution.parse((await call('GET', `${base('workflowexecutions')}/${name}`)).data);
    },
    async active(workflow) {
      const { data } = await call('GET', `${base('workflowexecutions')}/${parent}/${workflow}/executions`);
      const executions = z.object({ executions: z.array(Execution).optional() }).safeParse(data).data?.executions ?? [];
      return executions.filter(({ state }) => state === 'ACTIVE' || state === 'QUEUED');
    },
    async cancel(name) {
      await call('POST', `${base('workflowexecutions')}/${name}:cancel`, {});
    },
  };
}
