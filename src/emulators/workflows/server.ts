/** Cloud Workflows on loopback: deploys, runs and resumes workflows over the REST paths of the real APIs, both on one port. */
import { randomUUID } from 'node:crypto';
import { HOST } from '../loopback.ts';
import { serveRest } from '../rest-server.ts';
import type { State } from '../state.ts';
import type { TimersOptions } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { unsignedToken } from '../unsigned-token.ts';
import type { Api } from './api.ts';
import { callbackMethods } from './callback-methods.ts';
import type { Sources } from './driver.ts';
import { executionMethods } from './execution-methods.ts';
import { planCallbackFaults, type WorkflowsFaults } from './faults.ts';
import { Runner } from './runner.ts';
import { createStore } from './store.ts';
import type { ExecutionResource, WorkflowResource } from './store.ts';
import { workflowMethods } from './workflow-methods.ts';

export interface WorkflowsEmulator {
  port: number;
  /** Forgets every workflow and execution. */
  clear(): Promise<void>;
  /** Stops listening and running. Active executions resume when the emulator is started on the same state. */
  close(): Promise<void>;
}

/** Bytes. The largest request is a workflow's source with its JSON escapes. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
/** What `auth: {type: OAuth2}` sends; opaque, as Google's are. */
const ACCESS_TOKEN = 'ya29.local-cloud';
/** The emulator has no project numbers; every project gets this one. */
const PROJECT_NUMBER = '123456789012';

/** @throws when the port is taken. */
export async function startWorkflows(
  options: TimersOptions & {
    state: State;
    projectId: string;
    /** 0, the default, takes a free one. Callback URLs hold it: to resume executions, give the same one. */
    port?: number;
    /** Told each request, each `sys.log` and each end of an execution. */
    log?: (line: string) => void;
    faults?: WorkflowsFaults;
  },
): Promise<WorkflowsEmulator> {
  const { state, projectId, log = () => {} } = options;
  const store = createStore(state);
  const timers = timersOf(options);
  const email = `workflows@${projectId}.iam.gserviceaccount.com`;
  const sources = (workflow: WorkflowResource, execution: ExecutionResource): Sources => ({
    now: timers.now,
    uuid: randomUUID,
    log: (severity, text) => log(`Workflows: ${severity} ${execution.name.split('/').at(-1)} ${text}`),
    environment: environment(projectId, workflow, execution),
    callbackUrl: (id) => `http://${HOST}:${server.port}/v1/${execution.name}/callbacks/${id}`,
    token: (audience, now) => (audience === undefined ? ACCESS_TOKEN : unsignedToken({ audience, email, now })),
  });
  const runner = new Runner({ state, store, timers, log, sources });
  const api: Api = { state, store, runner, timers, callbackFault: planCallbackFaults(options.faults) };
  const server = await serveRest({
    service: 'Workflows',
    routes: { ...workflowMethods(api), ...executionMethods(api), ...callbackMethods(api) },
    port: options.port,
    maxBodyBytes: MAX_REQUEST_BYTES,
    projectId,
    log,
  });
  runner.resumeAll();
  return {
    port: server.port,
    async clear() {
      await runner.stopAll();
      await state.write(() => store.removeAll());
    },
    async close() {
      await server.close();
      await runner.close();
    },
  };
}

/** https://cloud.google.com/workflows/docs/use-environment-variables */
function environment(
  projectId: string,
  workflow: WorkflowResource,
  execution: ExecutionResource,
): ReadonlyMap<string, string> {
  const [, , , location = '', , workflowId = '', , executionId = ''] = execution.name.split('/');
  return new Map([
    ...Object.entries(workflow.userEnvVars ?? {}),
    ['GOOGLE_CLOUD_PROJECT_ID', projectId],
    ['GOOGLE_CLOUD_PROJECT_NUMBER', PROJECT_NUMBER],
    ['GOOGLE_CLOUD_LOCATION', location],
    ['GOOGLE_CLOUD_WORKFLOW_ID', workflowId],
    ['GOOGLE_CLOUD_WORKFLOW_REVISION_ID', workflow.revisionId],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID', executionId],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ATTEMPT', '1'],
  ]);
}
