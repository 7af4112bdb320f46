/** Services of Cloud Run: https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.services */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call, Need } from '../core/method.ts';
import { begin, operationAt } from '../core/operations.ts';
import { accountName, isKnown, may } from '../core/policies.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { protos } from '../core/protos.ts';
import {
  assertNew,
  etagOf,
  find,
  fullName,
  listIn,
  needs,
  needsOfProject,
  pageOf,
  put,
  remove,
} from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';
import { hasTag, repositoryOf } from './artifact-registry.ts';
import { checkService, imageOf, secretsOf } from './run-limits.ts';
import { submitBuild, submitNeeds } from './run-builds.ts';

const HOST = 'run.googleapis.com';
const SERVICES = 'google.cloud.run.v2.Services';
const TYPE = 'google.cloud.run.v2.Service';

const CREATING_MS = 12_000;
const UPDATING_MS = 8_000;
const DELETING_MS = 3_000;

/** Whoever deploys must read the image, and be allowed to be the account that it runs as. */
function runNeeds(service: Json, world: World): Need[] {
  const email = textAt(service, 'template.serviceAccount');
  if (valueAt(service, 'template') === undefined) return [];
  return [
    { permission: 'iam.serviceAccounts.actAs', on: accountName(world, email) },
    { permission: 'artifactregistry.repositories.downloadArtifacts', on: repositoryOf(imageOf(service)) },
  ];
}

const operation = (world: World, name: string, ms: number, end: () => Json): Json =>
  begin(world, {
    host: HOST,
    under: `${name.split('/').slice(0, 4).join('/')}/operations`,
    ms,
    type: TYPE,
    metadata: { '@type': `type.googleapis.com/${TYPE}`, name },
    end,
  });

function create({ world, request }: Call): Json {
  const name = `${textAt(request, 'parent')}/services/${textAt(request, 'serviceId')}`;
  const given = request['service'] as Json;
  checkService(world, name, given);
  assertNew(world, HOST, name);
  if (request['validateOnly'] === true) return operation(world, name, 0, () => given);
  const id = textAt(request, 'serviceId');
  const region = name.split('/')[3];
  put(world, HOST, name, {
    ...given,
    name,
    uid: world.id(),
    generation: '1',
    createTime: world.time(),
    urls: [`https://${id}-${world.projectNumber}.${region}.run.app`],
    uri: `https://${id}-${world.projectNumber}.${region}.run.app`,
    ...reconciling(world),
  });
  return operation(world, name, CREATING_MS, () => rollOut(world, name));
}

const reconciling = (world: World): Json => ({
  updateTime: world.time(),
  etag: etagOf(world),
  reconciling: true,
  terminalCondition: { type: 'Ready', state: 'CONDITION_RECONCILING' },
});

function update({ world, request }: Call): Json {
  const given = request['service'] as Json;
  const name = textAt(given, 'name');
  const live = find(world, HOST, name);
  const etag = textAt(given, 'etag');
  if (etag !== '' && etag !== live['etag'])
    throw new ApiError(
      'ABORTED',
      `Conflict for resource '${name}': version '${etag}' was specified but is not the current one.`,
    );
  const paths = pathsOf(protos().lookupType(TYPE), request['updateMask'], given);
  const next = changed(live, given, paths);
  checkService(world, name, next);
  if (request['validateOnly'] === true) return operation(world, name, 0, () => next);
  const generation = String(Number(live['generation']) + 1);
  put(world, HOST, name, { ...next, generation, ...reconciling(world) });
  return operation(world, name, UPDATING_MS, () => rollOut(world, name));
}

/** A revision starts, or does not: then the one before it, if there is one, serves on. @throws {ApiError} why it does not start */
function rollOut(world: World, name: string): Json {
  const live = find(world, HOST, name);
  const problem = problemOf(world, live);
  const revision = `${name}/revisions/${name.slice(name.lastIndexOf('/') + 1)}-${String(live['generation']).padStart(5, '0')}-abc`;
  const condition =
    problem === undefined
      ? { type: 'Ready', state: 'CONDITION_SUCCEEDED' }
      : { type: 'Ready', state: 'CONDITION_FAILED', message: problem.message };
  const ready = problem === undefined ? { latestReadyRevision: revision } : {};
  const next = put(world, HOST, name, {
    ...live,
    ...ready,
    latestCreatedRevision: revision,
    observedGeneration: live['generation'],
    reconciling: false,
    terminalCondition: { ...condition, lastTransitionTime: world.time() },
  });
  if (problem !== undefined) throw problem;
  return next;
}

function problemOf(world: World, service: Json): ApiError | undefined {
  const image = imageOf(service);
  if (!hasTag(world, image)) return new ApiError('NOT_FOUND', `Image '${image}' not found.`);
  const email = textAt(service, 'template.serviceAccount');
  if (!isKnown(world, email)) return new ApiError('NOT_FOUND', `Service account ${email} does not exist.`);
  for (const secret of secretsOf(world, service))
    if (!world.resources.has(secret) || !may(world, `serviceAccount:${email}`, 'secretmanager.versions.access', secret))
      return new ApiError(
        'PERMISSION_DENIED',
        `Permission denied on secret: ${secret} for Revision service account ${email}.`,
      );
  return undefined;
}

const policies = policyMethods(
  (request) => ({ prefix: 'run.services', of: fullName(HOST, textAt(request, 'resource')) }),
  (world, of) => find(world, HOST, of.replace(`//${HOST}/`, '')),
);

export const run: AdminApi = {
  service: HOST,
  methods: {
    [`${SERVICES}.CreateService`]: {
      needs: (request, world) => [
        ...needsOfProject('run.services.create')(request, world),
        ...runNeeds(request['service'] as Json, world),
      ],
      answer: create,
    },
    [`${SERVICES}.GetService`]: {
      needs: needs(HOST, 'run.services.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${SERVICES}.ListServices`]: {
      needs: needsOfProject('run.services.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'parent')}/services`), request, 'services'),
    },
    [`${SERVICES}.UpdateService`]: {
      needs: (request, world) => [
        ...needs(HOST, 'run.services.update', 'service.name')(request),
        ...runNeeds(request['service'] as Json, world),
      ],
      answer: update,
    },
    [`${SERVICES}.DeleteService`]: {
      needs: needs(HOST, 'run.services.delete'),
      answer: ({ world, request }) => {
        const name = textAt(request, 'name');
        const gone = remove(world, HOST, name);
        return operation(world, name, DELETING_MS, () => gone);
      },
    },
    [`${SERVICES}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${SERVICES}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${SERVICES}.TestIamPermissions`]: policies.TestIamPermissions,
    'google.cloud.run.v2.Builds.SubmitBuild': { needs: submitNeeds, answer: submitBuild },
    'mixins.RunOperations.GetOperation': {
      needs: needsOfProject('run.operations.get'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};
