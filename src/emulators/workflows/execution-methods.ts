/** Executions as resources: https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ApiError, page, readJson } from '../rest-server.ts';
import type { Routes } from '../rest-server.ts';
import type { Api } from './api.ts';
import { MAX_ARGUMENT_BYTES, RETENTION_DAYS } from './limits.ts';
import { fromJson } from './parse-json.ts';
import type { ExecutionResource } from './store.ts';

/** What a caller sets. `labels` and `callLogLevel` are kept and mean nothing here. */
const Settable = z
  .strictObject({
    argument: z
      .string()
      .refine((text) => Buffer.byteLength(text) <= MAX_ARGUMENT_BYTES, `exceeds ${MAX_ARGUMENT_BYTES} bytes`)
      .refine(isJson, 'is not valid JSON'),
    labels: z.record(z.string(), z.string()),
    callLogLevel: z.string(),
  })
  .partial();

export function executionMethods({ state, store, runner, timers }: Api): Routes {
  return {
    'POST workflows/*/executions': async (call) => {
      const fields = readJson(Settable, call);
      const now = new Date(timers.now()).toISOString();
      const { workflow, execution } = await state.write(() => {
        const workflow = store.workflow(call.parent);
        const execution = {
          name: `${call.name}/${randomUUID()}`,
          createTime: now,
          startTime: now,
          state: 'ACTIVE',
          workflowRevisionId: workflow.revisionId,
          ...fields,
        } as ExecutionResource;
        store.putExecution(call.parent, execution);
        store.removeEnded(call.parent, new Date(timers.now() - RETENTION_DAYS * 86_400_000).toISOString());
        return { workflow, execution };
      });
      runner.start(workflow, execution);
      return execution;
    },

    'GET workflows/*/executions': ({ url, parent }) => {
      store.workflow(parent);
      const full = url.searchParams.get('view') === 'FULL';
      return page(url, 'executions', (limit, offset) => {
        const executions = store.executions(parent, limit, offset);
        return full ? executions : executions.map(basic);
      });
    },

    'GET workflows/*/executions/*': ({ url, name }) => {
      const execution = store.execution(name);
      if (url.searchParams.get('view') === 'BASIC') return basic(execution);
      const current = runner.current(name);
      return current === undefined ? execution : { ...execution, status: { currentSteps: [current] } };
    },

    'POST workflows/*/executions/*:cancel': async ({ name }) => {
      const cancelled = await runner.cancel(name);
      if (cancelled !== undefined) return cancelled;
      throw new ApiError('FAILED_PRECONDITION', `execution ${name} has already ended: ${store.execution(name).state}`);
    },
  };
}

function basic({
  name,
  createTime,
  startTime,
  endTime,
  duration,
  state,
  workflowRevisionId,
}: ExecutionResource): object {
  return { name, createTime, startTime, endTime, duration, state, workflowRevisionId };
}

function isJson(text: string): boolean {
  try {
    fromJson(text);
    return true;
  } catch {
    return false;
  }
}
