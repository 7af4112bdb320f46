/** Workflows as resources: https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError, page, readJson } from '../rest-server.ts';
import type { Routes } from '../rest-server.ts';
import type { Api } from './api.ts';
import { SourceError } from './errors.ts';
import { MAX_USER_ENV_VAR_BYTES, MAX_USER_ENV_VARS } from './limits.ts';
import { parseProgram } from './parse.ts';
import { revisionNumber } from './store.ts';
import type { WorkflowResource } from './store.ts';

const WORKFLOW_ID = /^[a-zA-Z](?:[\w-]{0,62}[a-zA-Z0-9])?$/;

const Environment = z
  .record(
    z.string().regex(/^(?!GOOGLE|WORKFLOWS)/, 'names that begin with GOOGLE or WORKFLOWS are reserved'),
    z.string().refine((value) => Buffer.byteLength(value) <= MAX_USER_ENV_VAR_BYTES, {
      error: `a value has at most ${MAX_USER_ENV_VAR_BYTES} bytes`,
    }),
  )
  .refine((variables) => Object.keys(variables).length <= MAX_USER_ENV_VARS, {
    error: `more than ${MAX_USER_ENV_VARS} variables`,
  });

/** What a caller sets. All but the source and its environment is kept and means nothing here. */
const Settable = z
  .strictObject({
    description: z.string(),
    labels: z.record(z.string(), z.string()),
    serviceAccount: z.string(),
    sourceContents: z.string(),
    callLogLevel: z.string(),
    userEnvVars: Environment,
    tags: z.record(z.string(), z.string()),
  })
  .partial();
/** What the server sets. Clients send it back with the rest of a resource, and it is ignored. */
const OUTPUT_ONLY = new Set(['name', 'state', 'revisionId', 'createTime', 'updateTime', 'revisionCreateTime']);
const Body = z
  .record(z.string(), z.unknown())
  .transform((body) => Object.fromEntries(Object.entries(body).filter(([field]) => !OUTPUT_ONLY.has(field))))
  .pipe(Settable);
/** Changes to these make a new revision. */
const REVISION_FIELDS = new Set(['serviceAccount', 'sourceContents', 'userEnvVars']);

export function workflowMethods({ state, store, runner, timers }: Api): Routes {
  const now = (): string => new Date(timers.now()).toISOString();

  /** A long-running operation that is done. */
  const operation = (target: string, verb: string, type: string, response: object): object => ({
    name: `${target.split('/workflows/')[0]}/operations/operation-${randomUUID()}`,
    metadata: {
      '@type': 'type.googleapis.com/google.cloud.workflows.v1.OperationMetadata',
      createTime: now(),
      endTime: now(),
      target,
      verb,
      apiVersion: 'v1',
    },
    done: true,
    response: { '@type': `type.googleapis.com/${type}`, ...response },
  });
  const deployed = (workflow: WorkflowResource, verb: string): object =>
    operation(workflow.name, verb, 'google.cloud.workflows.v1.Workflow', workflow);

  return {
    'POST workflows': async (call) => {
      const id = call.url.searchParams.get('workflowId') ?? '';
      if (!WORKFLOW_ID.test(id)) {
        const rule = 'must be 1 to 64 letters, digits, _ or -, starting with a letter';
        throw new ApiError('INVALID_ARGUMENT', `workflowId "${id}" ${rule}`);
      }
      const name = `${call.name}/${id}`;
      const body = deployable(readJson(Body, call));
      const time = now();
      const times = { createTime: time, updateTime: time, revisionCreateTime: time };
      const workflow: WorkflowResource = { ...body, name, state: 'ACTIVE', revisionId: revisionId(1), ...times };
      await state.write(() => {
        if (store.findWorkflow(name) !== undefined) {
          throw new ApiError('ALREADY_EXISTS', `workflow ${name} already exists`);
        }
        store.putWorkflow(workflow);
      });
      return deployed(workflow, 'create');
    },

    'GET workflows': ({ url, parent }) =>
      page(url, 'workflows', (limit, offset) => store.workflows(parent, limit, offset)),

    'GET workflows/*': ({ url, name }) => {
      const revision = url.searchParams.get('revisionId');
      const workflow = revision === null ? store.workflow(name) : store.revision(name, revision);
      if (workflow === undefined) throw new ApiError('NOT_FOUND', `workflow ${name} has no revision "${revision}"`);
      return workflow;
    },

    'PATCH workflows/*': async (call) => {
      const body = readJson(Body, call);
      const fields = Object.keys(Settable.shape) as (keyof typeof body)[];
      const mask = call.url.searchParams.get('updateMask')?.split(',').filter(Boolean) ?? Object.keys(body);
      const stranger = mask.find((name) => !fields.some((field) => field === name));
      if (stranger !== undefined) {
        throw new ApiError('INVALID_ARGUMENT', `updateMask: "${stranger}" cannot be updated`);
      }
      const change = Object.fromEntries(fields.filter((field) => mask.includes(field)).map((key) => [key, body[key]]));
      const updated = await state.write(() => {
        const before = store.workflow(call.name);
        const revision = { revisionId: revisionId(revisionNumber(before) + 1), revisionCreateTime: now() };
        const workflow: WorkflowResource = {
          ...before,
          ...deployable({ ...before, ...change }),
          updateTime: now(),
          ...(mask.some((field) => REVISION_FIELDS.has(field)) && revision),
        };
        store.putWorkflow(workflow);
        return workflow;
      });
      return deployed(updated, 'update');
    },

    'DELETE workflows/*': async ({ name }) => {
      store.workflow(name);
      for (const execution of store.activeExecutions()) {
        if (execution.name.startsWith(`${name}/`)) await runner.cancel(execution.name);
      }
      await state.write(() => store.removeWorkflow(name));
      return operation(name, 'delete', 'google.protobuf.Empty', {});
    },
  };
}

/** @throws {ApiError} with every problem of a source that cannot run. */
function deployable<T extends { sourceContents?: string | undefined }>(fields: T): T & { sourceContents: string } {
  const { sourceContents } = fields;
  if (sourceContents === undefined) throw new ApiError('INVALID_ARGUMENT', 'sourceContents is missing');
  try {
    parseProgram(sourceContents);
  } catch (error) {
    throw error instanceof SourceError ? new ApiError('INVALID_ARGUMENT', error.message) : error;
  }
  return { ...fields, sourceContents };
}

/** `000002-1f3`: a counter, then three random digits. */
const revisionId = (number: number): string => `${String(number).padStart(6, '0')}-${randomUUID().slice(0, 3)}`;
