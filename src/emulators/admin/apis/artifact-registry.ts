/** Repositories of images, and the tags that builds put there: https://cloud.google.com/artifact-registry/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { begin, operationAt } from '../core/operations.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { protos } from '../core/protos.ts';
import { find, fullName, listIn, needs, needsOfProject, pageOf, put } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';
import { reserve } from '../core/reservations.ts';

const HOST = 'artifactregistry.googleapis.com';
const REGISTRY = 'google.devtools.artifactregistry.v1.ArtifactRegistry';
const REPOSITORY_ID = /^[a-z](?:[-a-z\d]{0,61}[a-z\d])?$/;
const CREATING_MS = 4_000;

function create({ world, request }: Call): Json {
  const id = textAt(request, 'repositoryId');
  if (!REPOSITORY_ID.test(id)) throw new ApiError('INVALID_ARGUMENT', `Invalid repository_id "${id}".`);
  const parent = textAt(request, 'parent');
  const name = `${parent}/repositories/${id}`;
  const given = (request['repository'] ?? {}) as Json;
  if (given['format'] === undefined) throw new ApiError('INVALID_ARGUMENT', 'The format of a repository is required.');
  checkPolicies(given);
  reserve(world, HOST, name);
  return begin(world, {
    host: HOST,
    under: `${parent}/operations`,
    ms: CREATING_MS,
    type: 'google.devtools.artifactregistry.v1.Repository',
    end: () =>
      put(world, HOST, name, {
        mode: 'STANDARD_REPOSITORY',
        ...given,
        name,
        createTime: world.time(),
        updateTime: world.time(),
      }),
  });
}

/** A policy is called as its key says, and says what to do with what. */
function checkPolicies(repository: Json): void {
  const policies = (repository['cleanupPolicies'] ?? {}) as Readonly<Record<string, Json>>;
  for (const [key, policy] of Object.entries(policies)) {
    const id = textAt(policy, 'id');
    if (id !== '' && id !== key)
      throw new ApiError('INVALID_ARGUMENT', `The cleanup policy '${key}' has another id: '${id}'.`);
    if (policy['action'] === undefined)
      throw new ApiError('INVALID_ARGUMENT', `The cleanup policy '${key}' has no action.`);
    if (policy['mostRecentVersions'] !== undefined && policy['action'] !== 'KEEP')
      throw new ApiError(
        'INVALID_ARGUMENT',
        `The cleanup policy '${key}' has mostRecentVersions: its action must be KEEP.`,
      );
  }
}

const policies = policyMethods(
  (request) => ({ prefix: 'artifactregistry.repositories', of: fullName(HOST, textAt(request, 'resource')) }),
  (world, of) => find(world, HOST, of.replace(`//${HOST}/`, '')),
);

/** As an image is named, `R-docker.pkg.dev/P/REPOSITORY/IMAGE:TAG`: its tag's name. @throws {ApiError} INVALID_ARGUMENT */
export function tagOf(image: string): { readonly repository: string; readonly tag: string } {
  const [, region, project, repository, name, tag] =
    /^([^/]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([^:]+):(.+)$/.exec(image) ?? [];
  if (tag === undefined) throw new ApiError('INVALID_ARGUMENT', `Invalid image name "${image}".`);
  const path = `projects/${project}/locations/${region}/repositories/${repository}`;
  return { repository: path, tag: `${path}/packages/${name}/tags/${tag}` };
}

/** @throws {ApiError} NOT_FOUND when there is no such repository. */
export function putTag(world: World, image: string): void {
  const { repository, tag } = tagOf(image);
  find(world, HOST, repository);
  const version = `${tag.replace(/\/tags\/.*/, '')}/versions/sha256:${Buffer.from(image).toString('hex').slice(-64)}`;
  put(world, HOST, tag, { name: tag, version });
}

export const hasTag = (world: World, image: string): boolean => world.resources.has(fullName(HOST, tagOf(image).tag));

export const repositoryOf = (image: string): string => fullName(HOST, tagOf(image).repository);

export const artifactRegistry: AdminApi = {
  service: HOST,
  methods: {
    [`${REGISTRY}.CreateRepository`]: { needs: needsOfProject('artifactregistry.repositories.create'), answer: create },
    [`${REGISTRY}.GetRepository`]: {
      needs: needs(HOST, 'artifactregistry.repositories.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${REGISTRY}.ListRepositories`]: {
      needs: needsOfProject('artifactregistry.repositories.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'parent')}/repositories`), request, 'repositories'),
    },
    [`${REGISTRY}.UpdateRepository`]: {
      needs: needs(HOST, 'artifactregistry.repositories.update', 'repository.name'),
      answer: ({ world, request }) => {
        const given = (request['repository'] ?? {}) as Json;
        const live = find(world, HOST, textAt(given, 'name'));
        checkPolicies(given);
        const type = protos().lookupType('google.devtools.artifactregistry.v1.Repository');
        const next = changed(live, given, pathsOf(type, request['updateMask'], given));
        return put(world, HOST, textAt(live, 'name'), { ...next, updateTime: world.time() });
      },
    },
    [`${REGISTRY}.GetTag`]: {
      needs: needs(HOST, 'artifactregistry.tags.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${REGISTRY}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${REGISTRY}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${REGISTRY}.TestIamPermissions`]: policies.TestIamPermissions,
    'mixins.ArtifactRegistryOperations.GetOperation': {
      needs: needsOfProject('artifactregistry.repositories.get'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};
