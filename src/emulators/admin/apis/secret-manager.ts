/** Secrets, their versions, and who may read them: https://cloud.google.com/secret-manager/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { collectionMethods } from '../core/collection-methods.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { etagOf, find, fullName, listIn, needs, pageOf, put } from '../core/resources.ts';
import { projectOf, type World } from '../core/world.ts';

const HOST = 'secretmanager.googleapis.com';
const SECRETS = 'google.cloud.secretmanager.v1.SecretManagerService';

function finish(secret: Json, world: World): Json {
  if (secret['replication'] === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'Secret.replication must be provided.');
  return { ...secret, createTime: secret['createTime'] ?? world.time(), etag: etagOf(world) };
}

const secrets = collectionMethods({
  host: HOST,
  collection: 'secrets',
  member: 'secret',
  type: 'google.cloud.secretmanager.v1.Secret',
  prefix: 'secretmanager.secrets',
  parent: 'parent',
  of: (_, world) => projectOf(world),
  idOf: (request) => {
    const id = textAt(request, 'secretId');
    if (!/^[\w-]{1,255}$/.test(id)) throw new ApiError('INVALID_ARGUMENT', `Secret ID "${id}" is invalid.`);
    return id;
  },
  finish,
});

const policies = policyMethods(
  (request) => ({ prefix: 'secretmanager.secrets', of: fullName(HOST, textAt(request, 'resource')) }),
  (world, of) => find(world, HOST, of.replace(`//${HOST}/`, '')),
);

function addVersion({ world, request }: Call): Json {
  const parent = textAt(request, 'parent');
  find(world, HOST, parent);
  if (textAt(request, 'payload.data') === '') throw new ApiError('INVALID_ARGUMENT', 'Secret Payload cannot be empty.');
  const name = `${parent}/versions/${listIn(world, HOST, `${parent}/versions`).length + 1}`;
  world.secrets.set(name, String(valueAt(request, 'payload.data')));
  return put(world, HOST, name, { name, state: 'ENABLED', createTime: world.time() });
}

/** `latest` is the newest that there is. @throws {ApiError} NOT_FOUND */
function versionAt(world: World, asked: string): Json {
  const secret = asked.replace(/\/versions\/[^/]+$/, '');
  if (!asked.endsWith('/latest')) return find(world, HOST, asked);
  const newest = listIn(world, HOST, `${secret}/versions`).at(-1);
  if (newest === undefined) throw new ApiError('NOT_FOUND', `Secret [${secret}] not found or has no versions.`);
  return newest;
}

function access({ world, request }: Call): Json {
  const name = textAt(versionAt(world, textAt(request, 'name')), 'name');
  return { name, payload: { data: world.secrets.get(name) ?? '' } };
}

export const secretManager: AdminApi = {
  service: HOST,
  methods: {
    [`${SECRETS}.CreateSecret`]: secrets.create,
    [`${SECRETS}.GetSecret`]: secrets.get,
    [`${SECRETS}.ListSecrets`]: secrets.list,
    [`${SECRETS}.UpdateSecret`]: secrets.update,
    [`${SECRETS}.DeleteSecret`]: secrets.delete,
    [`${SECRETS}.AddSecretVersion`]: { needs: needs(HOST, 'secretmanager.versions.add', 'parent'), answer: addVersion },
    [`${SECRETS}.GetSecretVersion`]: {
      needs: needs(HOST, 'secretmanager.versions.get'),
      answer: ({ world, request }) => versionAt(world, textAt(request, 'name')),
    },
    [`${SECRETS}.ListSecretVersions`]: {
      needs: needs(HOST, 'secretmanager.versions.list', 'parent'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'parent')}/versions`).reverse(), request, 'versions'),
    },
    [`${SECRETS}.AccessSecretVersion`]: { needs: needs(HOST, 'secretmanager.versions.access'), answer: access },
    [`${SECRETS}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${SECRETS}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${SECRETS}.TestIamPermissions`]: policies.TestIamPermissions,
  },
};
