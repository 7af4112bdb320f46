/** Executions as resources: https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions */
import { bodyOf, existingExecution, existingWorkflow, page } from './api-call.ts';
import type { Api, ApiCall, Json } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { MAX_ARGUMENT_BYTES } from './limits.ts';
import type { ExecutionResource } from './store.ts';
import { rfc3339 } from './timestamp.ts';
import { fromJson } from './value.ts';

export async function createExecution(api: Api, call: ApiCall): Promise<Json> {
  const workflowName = call.parent;
  const { argument, labels, callLogLevel } = bodyOf(call);
  checkArgument(argument);
  const now = rfc3339(api.now());
  const { workflow, execution } = await api.state.write(() => {
    const workflow = existingWorkflow(api, workflowName);
    const execution: ExecutionResource = {
      name: `${workflowName}/executions/${api.uuid()}`,
      createTime: now,
      startTime: now,
      state: 'ACTIVE',
      ...(argument !== undefined && { argument }),
      workflowRevisionId: workflow.revisionId,
      ...(labels !== undefined && { labels }),
      ...(callLogLevel !== undefined && { callLogLevel }),
    };
    api.store.putExecution(workflowName, execution);
    return { workflow, execution };
  });
  api.runner.start(workflow, execution);
  return execution;
}

export function getExecution(api: Api, { name, url }: ApiCall): Json {
  const execution = existingExecution(api, name);
  if (url.searchParams.get('view') === 'BASIC') return basic(execution);
  const current = execution.state === 'ACTIVE' ? api.runner.current(name) : undefined;
  return current === undefined ? execution : { ...execution, status: { currentSteps: [current] } };
}

export function listExecutions(api: Api, { parent, url }: ApiCall): Json {
  existingWorkflow(api, parent);
  const full = url.searchParams.get('view') === 'FULL';
  return page(url, 'executions', (limit, offset) => {
    const executions = api.store.executions(parent, limit, offset);
    return full ? executions : executions.map(basic);
  });
}

export async function cancelExecution(api: Api, { name }: ApiCall): Promise<Json> {
  existingExecution(api, name);
  const cancelled = await api.runner.cancel(name);
  if (cancelled !== undefined) return cancelled;
  const { state } = existingExecution(api, name);
  throw new ApiError('FAILED_PRECONDITION', `execution ${name} has already ended: ${state}`);
}

function checkArgument(argument: unknown): asserts argument is string | undefined {
  if (argument === undefined) return;
  if (typeof argument !== 'string') throw new ApiError('INVALID_ARGUMENT', 'argument must be a string of JSON');
  if (Buffer.byteLength(argument) > MAX_ARGUMENT_BYTES) {
    throw new ApiError('INVALID_ARGUMENT', `argument exceeds ${MAX_ARGUMENT_BYTES} bytes`);
  }
  try {
    fromJson(argument);
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `argument is not valid JSON: ${(error as Error).message}`);
  }
}

function basic({ name, createTime, startTime, endTime, duration, state, workflowRevisionId }: ExecutionResource): Json {
  return { name, createTime, startTime, endTime, duration, state, workflowRevisionId };
}
