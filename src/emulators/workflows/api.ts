/**
 * The methods of the Workflows and the Workflow Executions API, on one port.
 * https://cloud.google.com/workflows/docs/reference/rest and .../executions/rest
 */
import type { Api, ApiRequest, Json, Method } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { listCallbacks, sendCallback } from './callback-methods.ts';
import { cancelExecution, createExecution, getExecution, listExecutions } from './execution-methods.ts';
import { createWorkflow, deleteWorkflow, getWorkflow, listWorkflows, updateWorkflow } from './workflow-methods.ts';

/** HTTP method, what follows the location, and who answers. `*` is one segment, or any method. */
const ROUTES: readonly (readonly [string, string, Method])[] = [
  ['POST', 'workflows', createWorkflow],
  ['GET', 'workflows', listWorkflows],
  ['GET', 'workflows/*', getWorkflow],
  ['PATCH', 'workflows/*', updateWorkflow],
  ['DELETE', 'workflows/*', deleteWorkflow],
  ['POST', 'workflows/*/executions', createExecution],
  ['GET', 'workflows/*/executions', listExecutions],
  ['GET', 'workflows/*/executions/*', getExecution],
  ['POST', 'workflows/*/executions/*:cancel', cancelExecution],
  ['GET', 'workflows/*/executions/*/callbacks', listCallbacks],
  ['*', 'workflows/*/executions/*/callbacks/*', sendCallback],
];
const COMPILED = ROUTES.map(([method, path, answer]) => ({
  method,
  path: new RegExp(`^${path.replaceAll('*', '[^/:]+')}$`),
  answer,
}));
const PREFIX = /^\/v1\/(?<location>projects\/(?<project>[^/]+)\/locations\/[^/]+)\/(?<rest>.+)$/;

/** Answers one request with the JSON to send. @throws {ApiError} */
export async function handle(api: Api, request: ApiRequest): Promise<Json> {
  const { location, project, rest = '' } = PREFIX.exec(request.url.pathname.replace(/%3a/i, ':'))?.groups ?? {};
  const route = COMPILED.find(({ method, path }) => path.test(rest) && (method === '*' || method === request.method));
  if (route === undefined) {
    throw new ApiError(
      'UNIMPLEMENTED',
      `${request.method} ${request.url.pathname} is not implemented by this emulator`,
    );
  }
  if (project !== api.projectId) {
    throw new ApiError('PERMISSION_DENIED', `this local cloud serves project "${api.projectId}", not "${project}"`);
  }
  const name = `${location}/${rest.replace(/:\w+$/, '')}`;
  return route.answer(api, { ...request, name, parent: name.slice(0, name.lastIndexOf('/')) });
}
