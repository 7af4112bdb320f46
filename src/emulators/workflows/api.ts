/**
 * The methods of the Workflows and the Workflow Executions API, on one port.
 * https://cloud.google.com/workflows/docs/reference/rest and .../executions/rest
 */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from './api-error.ts';
import type { State } from '../state.ts';
import { SourceError } from './errors.ts';
import { headerMap, parseBody } from './http-client.ts';
import { MAX_ARGUMENT_BYTES, MAX_USER_ENV_VAR_BYTES, MAX_USER_ENV_VARS } from './limits.ts';
import { parseProgram } from './parse.ts';
import type { Runner } from './runner.ts';
import type { ExecutionResource, Store, WorkflowResource } from './store.ts';
import { rfc3339 } from './timestamp.ts';
import { fromJson, mapOf, toJson } from './value.ts';
import type { ValueMap } from './value.ts';

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface ApiOptions {
  readonly state: State;
  readonly store: Store;
  readonly runner: Runner;
  readonly projectId: string;
  readonly now: () => number;
  readonly uuid: () => string;
}

type Json = Readonly<Record<string, unknown>>;

const PATH =
  /^\/v1\/projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/workflows(?:\/(?<workflow>[^/:]+)(?:\/(?<revisions>revisions)|\/executions(?:\/(?<execution>[^/:]+)(?::(?<verb>[a-zA-Z]+)|\/callbacks(?:\/(?<callback>[^/]+))?)?)?)?)?$/;
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
const PAGE_SIZE = 500;
const MAX_PAGE_SIZE = 1000;

/** Answers one request with the JSON to send. @throws {ApiError} */
export async function handle(options: ApiOptions, request: ApiRequest): Promise<Json> {
  const groups = PATH.exec(request.url.pathname.replace(/%3a/i, ':'))?.groups;
  if (groups === undefined) {
    throw new ApiError('NOT_FOUND', `${request.method} ${request.url.pathname} is not a method of the Workflows APIs`);
  }
  const { project, location, workflow, execution, verb, callback, revisions } = groups;
  if (project !== options.projectId) {
    throw new ApiError('PERMISSION_DENIED', `this local cloud serves project "${options.projectId}", not "${project}"`);
  }
  const parent = `projects/${project}/locations/${location}`;
  const name = `${parent}/workflows/${workflow}`;
  const executionName = `${name}/executions/${execution}`;
  const { method, url } = request;
  if (callback !== undefined) return sendCallback(options, request, executionName, callback);
  const isCallbacks = url.pathname.endsWith('/callbacks');
  const isExecutions = url.pathname.endsWith('/executions');
  if (isCallbacks && method === 'GET') return listCallbacks(options, executionName);
  if (verb === 'cancel' && method === 'POST') return cancelExecution(options, executionName);
  if (execution !== undefined && verb === undefined && method === 'GET')
    return getExecution(options, executionName, url);
  if (isExecutions && method === 'POST') return createExecution(options, name, json(request));
  if (isExecutions && method === 'GET') return listExecutions(options, name, url);
  if (workflow !== undefined && revisions === undefined && execution === undefined && !isExecutions) {
    if (method === 'GET') return getWorkflow(options, name, url);
    if (method === 'PATCH') return updateWorkflow(options, name, json(request), url);
    if (method === 'DELETE') return deleteWorkflow(options, name);
  }
  if (workflow === undefined && method === 'POST') return createWorkflow(options, parent, json(request), url);
  if (workflow === undefined && method === 'GET') return listWorkflows(options, parent, url);
  throw new ApiError('UNIMPLEMENTED', `${method} ${url.pathname} is not implemented by this emulator`);
}

async function createWorkflow(options: ApiOptions, parent: string, body: Json, url: URL): Promise<Json> {
  const id = url.searchParams.get('workflowId') ?? '';
  if (!WORKFLOW_ID.test(id)) {
    throw new ApiError(
      'INVALID_ARGUMENT',
      `workflowId "${id}" must be 1 to 64 letters, digits, _ or -, starting with a letter`,
    );
  }
  const name = `${parent}/workflows/${id}`;
  const now = rfc3339(options.now());
  const workflow: WorkflowResource = {
    ...deployable(body),
    name,
    state: 'ACTIVE',
    revisionId: revisionId(options, 1),
    createTime: now,
    updateTime: now,
    revisionCreateTime: now,
  };
  await options.state.write(() => {
    if (options.store.workflow(name) !== undefined)
      throw new ApiError('ALREADY_EXISTS', `workflow ${name} already exists`);
    options.store.putWorkflow(1, workflow);
  });
  return operation(options, name, 'create', {
    '@type': 'type.googleapis.com/google.cloud.workflows.v1.Workflow',
    ...workflow,
  });
}

async function updateWorkflow(options: ApiOptions, name: string, body: Json, url: URL): Promise<Json> {
  const mask =
    url.searchParams.get('updateMask')?.split(',').filter(Boolean) ?? SETTABLE.filter((field) => field in body);
  for (const field of mask) {
    if (!SETTABLE.includes(field)) throw new ApiError('INVALID_ARGUMENT', `updateMask: "${field}" cannot be updated`);
  }
  const updated = await options.state.write(() => {
    const before = existing(options, name);
    const revised = mask.some((field) => REVISION_FIELDS.has(field));
    const now = rfc3339(options.now());
    const last = options.store.lastRevision(name);
    const revision = revised ? last + 1 : last;
    const workflow: WorkflowResource = {
      ...before,
      ...deployable({ ...before, ...Object.fromEntries(mask.map((field) => [field, body[field]])) }),
      updateTime: now,
      ...(revised && { revisionId: revisionId(options, revision), revisionCreateTime: now }),
    };
    options.store.putWorkflow(revision, workflow);
    return workflow;
  });
  return operation(options, name, 'update', {
    '@type': 'type.googleapis.com/google.cloud.workflows.v1.Workflow',
    ...updated,
  });
}

async function deleteWorkflow(options: ApiOptions, name: string): Promise<Json> {
  existing(options, name);
  for (const execution of options.store.activeExecutions()) {
    if (execution.name.startsWith(`${name}/`)) await options.runner.cancel(execution.name);
  }
  await options.state.write(() => options.store.removeWorkflow(name));
  return operation(options, name, 'delete', { '@type': 'type.googleapis.com/google.protobuf.Empty' });
}

function getWorkflow(options: ApiOptions, name: string, url: URL): Json {
  const revision = url.searchParams.get('revisionId');
  const workflow = revision === null ? existing(options, name) : options.store.revision(name, revision);
  if (workflow === undefined) throw new ApiError('NOT_FOUND', `workflow ${name} has no revision "${revision}"`);
  return workflow;
}

function listWorkflows(options: ApiOptions, parent: string, url: URL): Json {
  return page(url, 'workflows', (limit, offset) => options.store.workflows(parent, limit, offset));
}

async function createExecution(options: ApiOptions, workflowName: string, body: Json): Promise<Json> {
  const { argument, labels, callLogLevel } = body;
  checkArgument(argument);
  const now = rfc3339(options.now());
  const { workflow, execution } = await options.state.write(() => {
    const workflow = existing(options, workflowName);
    const execution: ExecutionResource = {
      name: `${workflowName}/executions/${options.uuid()}`,
      createTime: now,
      startTime: now,
      state: 'ACTIVE',
      ...(argument !== undefined && { argument }),
      workflowRevisionId: workflow.revisionId,
      ...(labels !== undefined && { labels }),
      ...(callLogLevel !== undefined && { callLogLevel }),
    };
    options.store.putExecution(workflowName, execution);
    return { workflow, execution };
  });
  options.runner.start(workflow, execution);
  return execution;
}

function getExecution(options: ApiOptions, name: string, url: URL): Json {
  const execution = existingExecution(options, name);
  if (url.searchParams.get('view') === 'BASIC') return basic(execution);
  const current = execution.state === 'ACTIVE' ? options.runner.current(name) : undefined;
  return current === undefined ? execution : { ...execution, status: { currentSteps: [current] } };
}

function listExecutions(options: ApiOptions, workflowName: string, url: URL): Json {
  existing(options, workflowName);
  const full = url.searchParams.get('view') === 'FULL';
  return page(url, 'executions', (limit, offset) => {
    const executions = options.store.executions(workflowName, limit, offset);
    return full ? executions : executions.map(basic);
  });
}

async function cancelExecution(options: ApiOptions, name: string): Promise<Json> {
  existingExecution(options, name);
  const cancelled = await options.runner.cancel(name);
  if (cancelled !== undefined) return cancelled;
  const { state } = existingExecution(options, name);
  throw new ApiError('FAILED_PRECONDITION', `execution ${name} has already ended: ${state}`);
}

function listCallbacks(options: ApiOptions, executionName: string): Json {
  const { state } = existingExecution(options, executionName);
  if (state !== 'ACTIVE') return {};
  const callbacks = options.store.callbacks(executionName).map(({ id, method, payload }) => ({
    name: `${executionName}/callbacks/${id}`,
    method,
    availablePayloads: payload === undefined ? [] : [printable(payload as ValueMap)],
    waiters: String(options.runner.waiters(executionName, id)),
  }));
  return { callbacks };
}

/** The endpoint that `events.create_callback_endpoint` hands out. Its slot holds one callback that nobody has read yet. */
async function sendCallback(
  options: ApiOptions,
  request: ApiRequest,
  executionName: string,
  id: string,
): Promise<Json> {
  authenticate(request.headers.authorization);
  const received = payloadOf(request, options.now());
  await options.state.write(() => {
    const active = options.store.execution(executionName)?.state === 'ACTIVE';
    const callback = active ? options.store.callback(executionName, id) : undefined;
    if (callback === undefined) throw new ApiError('NOT_FOUND', 'no execution waits here: it has ended or never was');
    if (callback.method !== request.method) {
      throw new ApiError('NOT_FOUND', `this callback endpoint takes ${callback.method}, not ${request.method}`);
    }
    if (callback.payload !== undefined) {
      throw new ApiError('RESOURCE_EXHAUSTED', 'an earlier callback has not been processed yet; try again later');
    }
    options.store.putPayload(executionName, id, received);
  });
  options.runner.offer(executionName);
  return {};
}

function authenticate(header: string | undefined): void {
  if (header === undefined) {
    throw new ApiError('UNAUTHENTICATED', 'a callback needs "Authorization: Bearer <OAuth 2 access token>"');
  }
  if (!/^Bearer \S+$/i.test(header)) throw new ApiError('PERMISSION_DENIED', 'Authorization must be a bearer token');
}

function payloadOf({ method, url, headers, body }: ApiRequest, now: number): ValueMap {
  try {
    const content = parseBody(headers['content-type'], body);
    const query = mapOf(Object.fromEntries(url.searchParams));
    const request = {
      body: content,
      headers: headerMap({ ...headers, authorization: undefined }),
      method,
      query,
      url: url.pathname,
    };
    return mapOf({ http_request: mapOf(request), received_time: rfc3339(now), type: 'HTTP' });
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `the body is not valid JSON: ${(error as Error).message}`);
  }
}

function printable(payload: ValueMap): string {
  try {
    return toJson(payload);
  } catch {
    return '{}'; // a body of bytes
  }
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

function existing(options: ApiOptions, name: string): WorkflowResource {
  const workflow = options.store.workflow(name);
  if (workflow === undefined) throw new ApiError('NOT_FOUND', `workflow ${name} does not exist`);
  return workflow;
}

function existingExecution(options: ApiOptions, name: string): ExecutionResource {
  const execution = options.store.execution(name);
  if (execution === undefined) throw new ApiError('NOT_FOUND', `execution ${name} does not exist`);
  return execution;
}

function basic({ name, createTime, startTime, endTime, duration, state, workflowRevisionId }: ExecutionResource): Json {
  return { name, createTime, startTime, endTime, duration, state, workflowRevisionId };
}

function page(url: URL, field: string, read: (limit: number, offset: number) => readonly Json[]): Json {
  for (const name of ['filter', 'orderBy']) {
    if (url.searchParams.get(name)) throw new ApiError('UNIMPLEMENTED', `${name} is not implemented by this emulator`);
  }
  const size = Math.min(Number(url.searchParams.get('pageSize') ?? 0) || PAGE_SIZE, MAX_PAGE_SIZE);
  const offset = Number(url.searchParams.get('pageToken') || 0);
  if (!(size > 0) || !Number.isSafeInteger(offset) || offset < 0)
    throw new ApiError('INVALID_ARGUMENT', 'invalid pageSize or pageToken');
  const items = read(size + 1, offset);
  return { [field]: items.slice(0, size), ...(items.length > size && { nextPageToken: String(offset + size) }) };
}

/** A long-running operation that is done. */
function operation(options: ApiOptions, target: string, verb: string, response: Json): Json {
  const now = rfc3339(options.now());
  const [parent] = target.split('/workflows/');
  return {
    name: `${parent}/operations/operation-${options.uuid()}`,
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
const revisionId = (options: ApiOptions, revision: number): string =>
  `${String(revision).padStart(6, '0')}-${options.uuid().slice(0, 3)}`;

function json({ body }: ApiRequest): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Json;
  } catch {
    // said below
  }
  throw new ApiError('INVALID_ARGUMENT', 'the request body must be a JSON object');
}
