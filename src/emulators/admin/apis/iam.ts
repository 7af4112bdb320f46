/** Service accounts, which take their time until all know them: https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { isKnown } from '../core/policies.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { protos } from '../core/protos.ts';
import { assertNew, find, fullName, listIn, needs, needsOfProject, pageOf, put, remove } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';

const HOST = 'iam.googleapis.com';
const IAM = 'google.iam.admin.v1.IAM';

/** https://cloud.google.com/iam/docs/service-accounts-create */
const ACCOUNT_ID = /^[a-z]([-a-z0-9]{4,28})[a-z0-9]$/;

function create({ world, request }: Call): Json {
  const id = textAt(request, 'accountId');
  if (!ACCOUNT_ID.test(id))
    throw new ApiError(
      'INVALID_ARGUMENT',
      `The account ID "${id}" does not have a length between 6 and 30, or other characters.`,
    );
  const email = `${id}@${world.projectId}.iam.gserviceaccount.com`;
  const name = `projects/${world.projectId}/serviceAccounts/${email}`;
  assertNew(world, HOST, name);
  world.accountsMs.set(email, world.now());
  const { displayName, description } = (request['serviceAccount'] ?? {}) as Json;
  const account = {
    name,
    projectId: world.projectId,
    uniqueId: String(Math.floor(world.random() * 1e21)),
    email,
    displayName,
    description,
    etag: 'MDEwMjE5MjA=',
  };
  return put(world, HOST, name, account);
}

/** Some of Google does not know a new account yet: it depends on who answers. */
function read(world: World, name: string): Json {
  const found = world.resources.get(fullName(HOST, name));
  const isHidden = found !== undefined && !isKnown(world, textAt(found, 'email')) && world.random() < 0.5;
  if (found === undefined || isHidden) throw absent(name);
  return found;
}

const absent = (name: string): ApiError => new ApiError('NOT_FOUND', `Service account ${name} does not exist.`);

const policies = policyMethods(
  (request) => ({ prefix: 'iam.serviceAccounts', of: fullName(HOST, textAt(request, 'resource')) }),
  (world, of) => {
    if (!world.resources.has(of)) throw absent(of.replace(`//${HOST}/`, ''));
  },
);

export const iam: AdminApi = {
  service: HOST,
  methods: {
    [`${IAM}.CreateServiceAccount`]: { needs: needsOfProject('iam.serviceAccounts.create'), answer: create },
    [`${IAM}.GetServiceAccount`]: {
      needs: needs(HOST, 'iam.serviceAccounts.get'),
      answer: ({ world, request }) => read(world, textAt(request, 'name')),
    },
    [`${IAM}.ListServiceAccounts`]: {
      needs: needsOfProject('iam.serviceAccounts.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'name')}/serviceAccounts`), request, 'accounts'),
    },
    [`${IAM}.PatchServiceAccount`]: {
      needs: needs(HOST, 'iam.serviceAccounts.update', 'serviceAccount.name'),
      answer: ({ world, request }) => {
        const given = (request['serviceAccount'] ?? {}) as Json;
        const live = find(world, HOST, textAt(given, 'name'));
        const paths = pathsOf(protos().lookupType('google.iam.admin.v1.ServiceAccount'), request['updateMask'], given);
        return put(world, HOST, textAt(live, 'name'), changed(live, given, paths));
      },
    },
    [`${IAM}.DeleteServiceAccount`]: {
      needs: needs(HOST, 'iam.serviceAccounts.delete'),
      answer: ({ world, request }) => {
        world.accountsMs.delete(textAt(remove(world, HOST, textAt(request, 'name')), 'email'));
        return {};
      },
    },
    [`${IAM}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${IAM}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${IAM}.TestIamPermissions`]: policies.TestIamPermissions,
  },
};
