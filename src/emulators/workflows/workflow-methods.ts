/** Workflows as resources: https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows */
import { bodyOf, existingWorkflow, page } from './api-call.ts';
import type { Api, ApiCall, Json } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { SourceError } from './errors.ts';
import { MAX_USER_ENV_VAR_BYTES, MAX_USER_ENV_VARS } from './limits.ts';
import { parseProgram } from './parse.ts';
import type { WorkflowResource } from './store.ts';
import { rfc3339 } from './timestamp.ts';

const WORKFLOW_ID = /^[a-zA-Z](?:[\w-]{0,62}[a-zA-Z0-9])?$/;
/** Fields of a workflow that a caller sets. `labels` and the like are kept and mean nothing here. */
const SETTABLE: readonly string[] = [
  'description',
  'labels',
  'serviceAccount',
  'sourceContents',
  'callLogLevel',
  'userEnvVars',
  'tags',
];
/** Changes to these make a new revision. */
const REVISION_FIELDS = new Set(['serviceAccount', 'sourceContents', 'userEnvVars']);
const WORKFLOW_TYPE = 'type.googleapis.com/google.cloud.workflows.v1.Workflow';

export async function createWorkflow(api: Api, call: ApiCall): Promise<Json> {
  const { parent, url } = call;
  const id = url.searchParams.get('workflowId') ?? '';
  if (!WORKFLOW_ID.test(id)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `workflowId "${id}" must be 1 to 64 letters, digits, _ or -, starting with a letter`,
    );
  }
  const name = `${parent}/workflows/${id}`;
  const now = rfc3339(api.now());
  const workflow: WorkflowResource = {
    ...deployable(bodyOf(call)),
    name,
    state: 'ACTIVE',
    revisionId: revisionId(api, 1),
    createTime: now,
    updateTime: now,
    revisionCreateTime: now,
  };
  await api.state.write(() => {
    if (api.store.workflow(name) !== undefined) throw new ApiError('ALREADY_EXISTS', `workflow ${name} already exists`);
    api.store.putWorkflow(1, workflow);
  });
  return operation(api, name, 'create', {
    '@type': WORKFLOW_TYPE,
    ...workflow,
  });
}

export async function updateWorkflow(api: Api, call: ApiCall): Promise<Json> {
  const { name, url } = call;
  const body = bodyOf(call);
  const mask =
    url.searchParams.get('updateMask')?.split(',').filter(Boolean) ?? SETTABLE.filter((field) => field in body);
  for (const field of mask) {
    if (!SETTABLE.includes(field)) throw new ApiError('INVALID_ARGUMENT', `updateMask: "${field}" cannot be updated`);
  }
  const updated = await api.state.write(() => {
    const before = existingWorkflow(api, name);
    const revised = mask.some((field) => REVISION_FIELDS.has(field));
    const now = rfc3339(api.now());
    const last = api.store.lastRevision(name);
    const revision = revised ? last + 1 : last;
    const workflow: WorkflowResource = {
      ...before,
      ...deployable({ ...before, ...Object.fromEntries(mask.map((field) => [field, body[field]])) }),
      updateTime: now,
      ...(revised && { revisionId: revisionId(api, revision), revisionCreateTime: now }),
    };
    api.store.putWorkflow(revision, workflow);
    return workflow;
  });
  return operation(api, name, 'update', {
    '@type': WORKFLOW_TYPE,
    ...updated,
  });
}

export async function deleteWorkflow(api: Api, { name }: ApiCall): Promise<Json> {
  existingWorkflow(api, name);
  for (const execution of api.store.activeExecutions()) {
    if (execution.name.startsWith(`${name}/`)) await api.runner.cancel(execution.name);
  }
  await api.state.write(() => api.store.removeWorkflow(name));
  return operation(api, name, 'delete', { '@type': 'type.googleapis.com/google.protobuf.Empty' });
}

export function getWorkflow(api: Api, { name, url }: ApiCall): Json {
  const revision = url.searchParams.get('revisionId');
  const workflow = revision === null ? existingWorkflow(api, name) : api.store.revision(name, revision);
  if (workflow === undefined) throw new ApiError('NOT_FOUND', `workflow ${name} has no revision "${revision}"`);
  return workflow;
}

export function listWorkflows(api: Api, { parent, url }: ApiCall): Json {
  return page(url, 'workflows', (limit, offset) => api.store.workflows(parent, limit, offset));
}

function deployable(body: Json): Pick<WorkflowResource, 'sourceContents'> & Json {
  const { sourceContents, userEnvVars } = body;
  if (typeof sourceContents !== 'string') throw new ApiError('INVALID_ARGUMENT', 'sourceContents must be a string');
  for (const field of ['cryptoKeyName', 'executionHistoryLevel']) {
    if (body[field] !== undefined) throw new ApiError('UNIMPLEMENTED', `${field} is not implemented by this emulator`);
  }
  if (userEnvVars !== undefined) checkEnvironment(userEnvVars);
  try {
    parseProgram(sourceContents);
  } catch (error) {
    if (error instanceof SourceError) throw new ApiError('INVALID_ARGUMENT', error.message);
    throw error;
  }
  const set = SETTABLE.filter((field) => body[field] !== undefined).map((field) => [field, body[field]]);
  return { ...Object.fromEntries(set), sourceContents };
}

function checkEnvironment(variables: unknown): void {
  const entries = variables !== null && typeof variables === 'object' ? Object.entries(variables) : [];
  if (entries.length > MAX_USER_ENV_VARS) {
    throw new ApiError('INVALID_ARGUMENT', `userEnvVars: more than ${MAX_USER_ENV_VARS} variables`);
  }
  for (const [name, value] of entries) {
    if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_USER_ENV_VAR_BYTES) {
      throw new ApiError(
        'INVALID_ARGUMENT',
        `userEnvVars.${name} must be a string of at most ${MAX_USER_ENV_VAR_BYTES} bytes`,
      );
    }
    if (/^(GOOGLE|WORKFLOWS)/.test(name)) {
      throw new ApiError(
        'INVALID_ARGUMENT',
        `userEnvVars.${name}: names that begin with GOOGLE or WORKFLOWS are reserved`,
      );
    }
  }
}

/** A long-running operation that is done. */
function operation(api: Api, target: string, verb: string, response: Json): Json {
  const now = rfc3339(api.now());
  const [parent] = target.split('/workflows/');
  return {
    name: `${parent}/operations/operation-${api.uuid()}`,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.workflows.v1.OperationMetadata',
      createTime: now,
      endTime: now,
      target,
      verb,
      apiVersion: 'v1',
    },
    done: true,
    response,
  };
}

/** `000002-1f3`: a counter, then three random digits. */
const revisionId = (api: Api, revision: number): string =>
  `${String(revision).padStart(6, '0')}-${api.uuid().slice(0, 3)}`;
