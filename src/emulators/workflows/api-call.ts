/** What the methods of the API work with, and what they share. */
import type { IncomingHttpHeaders } from 'node:http';
import type { State } from '../state.ts';
import { ApiError } from './api-error.ts';
import type { Runner } from './runner.ts';
import type { ExecutionResource, Store, WorkflowResource } from './store.ts';

export type Json = Readonly<Record<string, unknown>>;

export interface Api {
  readonly state: State;
  readonly store: Store;
  readonly runner: Runner;
  readonly projectId: string;
  readonly now: () => number;
  readonly uuid: () => string;
}

export interface ApiRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

/** A request whose path is understood: a resource's name, or a collection's, and the name of what it is in. */
export interface ApiCall extends ApiRequest {
  readonly name: string;
  readonly parent: string;
}

export type Method = (api: Api, call: ApiCall) => Json | Promise<Json>;

/** Answers of a `list` method: https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/list */
const PAGE_SIZE = 500;
const MAX_PAGE_SIZE = 1000;

export function existingWorkflow(api: Api, name: string): WorkflowResource {
  const workflow = api.store.workflow(name);
  if (workflow === undefined) throw new ApiError('NOT_FOUND', `workflow ${name} does not exist`);
  return workflow;
}

export function existingExecution(api: Api, name: string): ExecutionResource {
  const execution = api.store.execution(name);
  if (execution === undefined) throw new ApiError('NOT_FOUND', `execution ${name} does not exist`);
  return execution;
}

export function page(url: URL, field: string, read: (limit: number, offset: number) => readonly Json[]): Json {
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

export function bodyOf({ body }: ApiRequest): Json {
  if (body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Json;
  } catch {
    // said below
  }
  throw new ApiError('INVALID_ARGUMENT', 'the request body must be a JSON object');
}
