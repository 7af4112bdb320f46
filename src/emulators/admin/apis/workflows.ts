/** Workflows and their executions as resources; none is carried out. https://cloud.google.com/workflows/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call, Need } from '../core/method.ts';
import { begin, operationAt } from '../core/operations.ts';
import { accountName } from '../core/policies.ts';
import { protos } from '../core/protos.ts';
import { reserve } from '../core/reservations.ts';
import { find, listIn, needs, needsOfProject, pageOf, put, remove } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';
import { parseProgram } from '../../workflows/parse.ts';

const HOST = 'workflows.googleapis.com';
const EXECUTIONS_HOST = 'workflowexecutions.googleapis.com';
const WORKFLOWS = 'google.cloud.workflows.v1.Workflows';
const EXECUTIONS = 'google.cloud.workflows.executions.v1.Executions';
const TYPE = 'google.cloud.workflows.v1.Workflow';

const WORKFLOW_ID = /^[a-zA-Z](?:[\w-]{0,62}[a-zA-Z0-9])?$/;
const DEPLOYING_MS = 3_000;

/** https://cloud.google.com/workflows/quotas */
const MAX_SOURCE_BYTES = 131_072;

/** Changes to these make a new revision. */
const REVISION = new Set(['sourceContents', 'serviceAccount', 'userEnvVars']);

function actAs(workflow: Json, world: World): Need[] {
  const email = textAt(workflow, 'serviceAccount').replace(/^.*\//, '');
  return email === '' ? [] : [{ permission: 'iam.serviceAccounts.actAs', on: accountName(world, email) }];
}

/** @throws {ApiError} INVALID_ARGUMENT with the place in the source. */
function check(workflow: Json): void {
  const source = textAt(workflow, 'sourceContents');
  if (Buffer.byteLength(source) > MAX_SOURCE_BYTES)
    throw new ApiError('INVALID_ARGUMENT', `The source is longer than ${MAX_SOURCE_BYTES} bytes.`);
  try {
    parseProgram(source);
  } catch (thrown) {
    throw new ApiError('INVALID_ARGUMENT', `main.yaml: ${(thrown as Error).message}`);
  }
}

const operation = (world: World, name: string, end: () => Json): Json =>
  begin(world, {
    host: HOST,
    under: `${name.split('/').slice(0, 4).join('/')}/operations`,
    ms: DEPLOYING_MS,
    type: TYPE,
    metadata: { '@type': 'type.googleapis.com/google.cloud.workflows.v1.OperationMetadata', target: name },
    end,
  });

function create({ world, request }: Call): Json {
  const id = textAt(request, 'workflowId');
  if (!WORKFLOW_ID.test(id)) throw new ApiError('INVALID_ARGUMENT', `Invalid workflow id "${id}".`);
  const name = `${textAt(request, 'parent')}/workflows/${id}`;
  const given = request['workflow'] as Json;
  check(given);
  reserve(world, HOST, name);
  return operation(world, name, () => {
    const time = world.time();
    const times = { createTime: time, updateTime: time, revisionCreateTime: time };
    return put(world, HOST, name, { ...given, name, state: 'ACTIVE', revisionId: '000001-abc', ...times });
  });
}

function update({ world, request }: Call): Json {
  const given = request['workflow'] as Json;
  const live = find(world, HOST, textAt(given, 'name'));
  const paths = pathsOf(protos().lookupType(TYPE), request['updateMask'], given);
  const next = changed(live, given, paths);
  check(next);
  const number = Number(textAt(live, 'revisionId').split('-')[0]) + 1;
  const revision = paths.some((path) => REVISION.has(path))
    ? { revisionId: `${String(number).padStart(6, '0')}-abc`, revisionCreateTime: world.time() }
    : {};
  return operation(world, textAt(live, 'name'), () =>
    put(world, HOST, textAt(live, 'name'), { ...next, ...revision, updateTime: world.time() }),
  );
}

/** One that is under way until somebody ends it. @throws {ApiError} NOT_FOUND when there is no such workflow */
export function execute(world: World, workflow: string, argument: string): Json {
  const { revisionId } = find(world, HOST, workflow);
  const name = `${workflow}/executions/${world.id()}`;
  const execution = { name, startTime: world.time(), state: 'ACTIVE', argument, workflowRevisionId: revisionId };
  return put(world, EXECUTIONS_HOST, name, execution);
}

export const workflows: AdminApi = {
  service: HOST,
  methods: {
    [`${WORKFLOWS}.CreateWorkflow`]: {
      needs: (request, world) => [
        ...needsOfProject('workflows.workflows.create')(request, world),
        ...actAs(request['workflow'] as Json, world),
      ],
      answer: create,
    },
    [`${WORKFLOWS}.GetWorkflow`]: {
      needs: needs(HOST, 'workflows.workflows.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${WORKFLOWS}.ListWorkflows`]: {
      needs: needsOfProject('workflows.workflows.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'parent')}/workflows`), request, 'workflows'),
    },
    [`${WORKFLOWS}.UpdateWorkflow`]: {
      needs: (request, world) => [
        ...needs(HOST, 'workflows.workflows.update', 'workflow.name')(request),
        ...actAs(request['workflow'] as Json, world),
      ],
      answer: update,
    },
    [`${WORKFLOWS}.DeleteWorkflow`]: {
      needs: needs(HOST, 'workflows.workflows.delete'),
      answer: ({ world, request }) => {
        const gone = remove(world, HOST, textAt(request, 'name'));
        return operation(world, textAt(request, 'name'), () => gone);
      },
    },
    'mixins.WorkflowsOperations.GetOperation': {
      needs: needsOfProject('workflows.operations.get'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};

export const workflowExecutions: AdminApi = {
  service: EXECUTIONS_HOST,
  methods: {
    [`${EXECUTIONS}.ListExecutions`]: {
      needs: needs(HOST, 'workflows.executions.list', 'parent'),
      answer: ({ world, request }) => {
        const parent = textAt(request, 'parent');
        find(world, HOST, parent);
        return pageOf(listIn(world, EXECUTIONS_HOST, `${parent}/executions`).reverse(), request, 'executions');
      },
    },
    [`${EXECUTIONS}.CreateExecution`]: {
      needs: needs(HOST, 'workflows.executions.create', 'parent'),
      answer: ({ world, request }) => execute(world, textAt(request, 'parent'), textAt(request, 'execution.argument')),
    },
    [`${EXECUTIONS}.GetExecution`]: {
      needs: needs(HOST, 'workflows.executions.get'),
      answer: ({ world, request }) => find(world, EXECUTIONS_HOST, textAt(request, 'name')),
    },
    [`${EXECUTIONS}.CancelExecution`]: {
      needs: needs(HOST, 'workflows.executions.cancel'),
      answer: ({ world, request }) => {
        const live = find(world, EXECUTIONS_HOST, textAt(request, 'name'));
        return put(world, EXECUTIONS_HOST, textAt(live, 'name'), {
          ...live,
          state: 'CANCELLED',
          endTime: world.time(),
        });
      },
    },
  },
};
