/**
 * Who may do what with a resource. Policies are read, changed and written with their etag. Only what is missing is added: what other people granted
 * stays, but that nobody may call a service without an account. https://cloud.google.com/iam/docs/reference/rest/Shared.Types/Policy
 */
import type { Api, Method } from '../google/api.ts';
import { GoogleError } from '../google/google-error.ts';
import type { Binding, Body, FieldChange, Resource } from '../resource.ts';
import type { Kind, Site } from './kind.ts';

/** Google's own accounts, by the domain that they are of: each is made when its API is first asked for it. */
const AGENTS: Readonly<Record<string, string>> = {
  'gcp-sa-pubsub': 'pubsub.googleapis.com',
  'gcp-sa-iap': 'iap.googleapis.com',
};

/** How often somebody else may have been faster. */
const MAX_TRIES = 10;

/** The version that knows conditions. */
const VERSION = 3;

const EVERYBODY: ReadonlySet<string> = new Set(['allUsers', 'allAuthenticatedUsers']);

interface Door {
  readonly get: readonly [Method, string];
  /** Of a project, and of what is behind IAP; all others take it in their address, and no body. */
  readonly getBody?: object;
  readonly set: readonly [Method, string];
  /** Cloud Storage takes the policy as it is. */
  readonly isBare?: boolean;
}

/** By what the policy is of. */
function doorOf(name: string): Door {
  const [, , collection, , inner] = name.split('/');
  const at = (host: string, get: Method, version = 'v1'): Door => {
    const url = `https://${host}.googleapis.com/${version}/${name}`;
    return {
      get: [get, `${url}:getIamPolicy?options.requestedPolicyVersion=${VERSION}`],
      set: ['POST', `${url}:setIamPolicy`],
    };
  };
  if (!name.includes('/')) {
    const url = `https://storage.googleapis.com/storage/v1/b/${name}/iam`;
    return { get: ['GET', `${url}?optionsRequestedPolicyVersion=${VERSION}`], set: ['PUT', url], isBare: true };
  }
  if (collection === undefined || collection === 'iap_web') {
    const host = collection === undefined ? 'cloudresourcemanager.googleapis.com/v3' : 'iap.googleapis.com/v1';
    const url = `https://${host}/${name}`;
    const getBody = { options: { requestedPolicyVersion: VERSION } };
    return { get: ['POST', `${url}:getIamPolicy`], getBody, set: ['POST', `${url}:setIamPolicy`] };
  }
  if (collection === 'serviceAccounts') return at('iam', 'POST');
  if (collection === 'secrets') return at('secretmanager', 'GET');
  if (collection === 'topics' || collection === 'subscriptions') return at('pubsub', 'GET');
  return inner === 'repositories' ? at('artifactregistry', 'GET') : at('run', 'GET', 'v2');
}

interface Policy extends Body {
  readonly bindings?: readonly Binding[];
  readonly etag?: string;
}

async function readPolicy(name: string, api: Api): Promise<Policy | undefined> {
  const { get, getBody } = doorOf(name);
  if (get[0] === 'GET') return api.get(get[1]);
  try {
    return await api.send(get[0], get[1], getBody);
  } catch (thrown) {
    if (thrown instanceof GoogleError && thrown.httpStatus === 404) return undefined;
    throw thrown;
  }
}

const isSame = (one: Binding, other: Binding): boolean =>
  one.role === other.role && one.condition?.expression === other.condition?.expression;

const bindingsOf = (body: Body): readonly Binding[] => (body['bindings'] as readonly Binding[] | undefined) ?? [];

/** What is missing, and what nobody should have. */
function policyDifferences({ name, body }: Pick<Resource, 'name' | 'body'>, live: Body): FieldChange[] {
  const there = bindingsOf(live);
  const missing = bindingsOf(body).flatMap((binding) => {
    const has = new Set(there.filter((one) => isSame(one, binding)).flatMap(({ members }) => members));
    const lacking = binding.members.filter((who) => !has.has(who));
    return lacking.map((who) => ({ path: binding.role, was: undefined, will: `${binding.role} ${who}` }));
  });
  const isService = /\/services\//.test(name);
  const everybody = there.flatMap(({ role, members }) =>
    members.filter((who) => isService && EVERYBODY.has(who)).map((who) => ({ path: role, was: who, will: undefined })),
  );
  return [...missing, ...everybody];
}

async function write(resource: Resource, site: Site): Promise<void> {
  const { set, isBare = false } = doorOf(resource.name);
  const text = JSON.stringify(resource.body);
  for (const [domain, api] of Object.entries(AGENTS)) if (text.includes(`@${domain}.`)) await ensureAgent(api, site);
  for (let tries = 1; ; tries += 1) {
    const live = (await readPolicy(resource.name, site.api)) ?? {};
    if (policyDifferences(resource, live).length === 0) return;
    const policy = { ...live, version: VERSION, bindings: withOurs(resource, live) };
    try {
      await site.api.send(set[0], set[1], isBare ? policy : { policy }, { conflictsThrow: true });
      return;
    } catch (thrown) {
      const lost = thrown instanceof GoogleError && (thrown.httpStatus === 409 || thrown.httpStatus === 412);
      if (!lost || tries === MAX_TRIES) throw thrown;
    }
  }
}

function withOurs({ name, body }: Resource, live: Policy): Binding[] {
  const isService = /\/services\//.test(name);
  const bindings = bindingsOf(live).map((binding): Binding => {
    const ours = bindingsOf(body).find((one) => isSame(one, binding))?.members ?? [];
    const members = isService ? binding.members.filter((who) => !EVERYBODY.has(who)) : binding.members;
    return Object.assign({ ...binding }, { members: [...new Set([...members, ...ours])] });
  });
  const added = bindingsOf(body).filter((binding) => !bindings.some((one) => isSame(one, binding)));
  return [...bindings, ...added].filter(({ members }) => members.length > 0);
}

/** Google's own account, which is made when it is first asked for. Asking again changes nothing. */
async function ensureAgent(of: string, { api, projectNumber }: Site): Promise<void> {
  const service = `projects/${projectNumber}/services/${of}`;
  // Its operation is done at once, and cannot be asked for.
  await api.send('POST', `https://serviceusage.googleapis.com/v1beta1/${service}:generateServiceIdentity`, {});
}

export const policy: Kind = {
  read: ({ name }, { api }) => readPolicy(name, api),
  create: write,
  update: (resource, _fields, _live, site) => write(resource, site),
  differences: policyDifferences,
};
