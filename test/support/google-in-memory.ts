/**
 * Google's administration APIs as far as a deployment calls them, in memory, without a socket: for tests that deploy hundreds of times. Resources, operations
 * that take polls, accounts that are not known at once, APIs that are not enabled, etags of policies.
 */
import type { Answer, Method, Request } from '../../src/deploy/google/api.ts';
import { NUMBER } from './deployment.ts';

type Body = Record<string, unknown>;

const ok = (data: unknown = {}): Answer => ({ status: 200, data });
const refuse = (status: number, code: string, message: string): Answer => ({
  status,
  data: { error: { code: status, status: code, message } },
});
const absent = refuse(404, 'NOT_FOUND', 'it is not there');

/** Not asked for by name: they are what a project begins with. */
const ALWAYS_ENABLED = new Set(['serviceusage', 'cloudbilling', 'monitoring']);

export interface GoogleInMemory {
  readonly request: Request;
  /** Every call that changes something, as `PATCH run.googleapis.com/…`. */
  readonly changes: string[];
  /** By host and path: `run.googleapis.com/v2/projects/acme/…`. */
  readonly resources: Map<string, Body>;
  readonly policies: Map<string, { bindings: { role: string; members: string[] }[]; etag: string }>;
  /** Permissions that the caller lacks. */
  readonly lacking: Set<string>;
  /** Nothing that is published reaches anybody. */
  isSilent: boolean;
  /** Called before each call; what it answers is answered instead. */
  intercept: (method: Method, url: string) => Answer | undefined;
}

/** `hasty`: what takes time is done at once, for tests that really wait. */
export function googleInMemory({ hasty = false }: { readonly hasty?: boolean } = {}): GoogleInMemory {
  const resources = new Map<string, Body>();
  const policies: GoogleInMemory['policies'] = new Map();
  const operations = new Map<string, { polls: number; end: () => Body }>();
  const unknownYet = new Map<string, number>();
  const changes: string[] = [];
  const lacking = new Set<string>();
  let etag = 0;

  const later = (end: () => Body): Answer => {
    const name = `operations/${operations.size + 1}`;
    if (hasty) return ok({ name, done: true, response: end() });
    operations.set(name, { polls: 2, end });
    return ok({ name, done: false });
  };
  const poll = (name: string): Answer => {
    const operation = operations.get(name);
    if (operation === undefined) return absent;
    operation.polls -= 1;
    return ok(operation.polls > 0 ? { name, done: false } : { name, done: true, response: operation.end() });
  };
  const isEnabled = (api: string): boolean =>
    ALWAYS_ENABLED.has(api) ||
    resources.get(`serviceusage.googleapis.com/v1/projects/acme/services/${api}.googleapis.com`)?.['state'] ===
      'ENABLED';
  const put = (key: string, body: Body): Body => {
    resources.set(key, body);
    return body;
  };

  function policy(method: Method, key: string, body: Body): Answer {
    const found = policies.get(key) ?? { bindings: [], etag: 'none' };
    if (method === 'GET') return ok(found);
    const given = (body['policy'] ?? body) as typeof found;
    if (given.etag !== undefined && given.etag !== found.etag) return refuse(409, 'ABORTED', 'the policy has changed');
    const stranger = given.bindings
      .flatMap(({ members }) => members)
      .find(
        (member) =>
          member.startsWith('serviceAccount:') &&
          member.includes('@acme.') &&
          !resources.has(
            `iam.googleapis.com/v1/projects/acme/serviceAccounts/${member.replace('serviceAccount:', '')}`,
          ),
      );
    if (stranger !== undefined) return refuse(400, 'INVALID_ARGUMENT', `Service account ${stranger} does not exist.`);
    etag += 1;
    policies.set(key, { ...given, etag: String(etag) });
    return ok(policies.get(key));
  }

  function answer(method: Method, url: URL, body: Body): Answer {
    const api = url.hostname.replace('.googleapis.com', '');
    const path = decodeURIComponent(url.pathname);
    const key = `${url.hostname}${path}`;
    const operation = /^\/v\d\/(operations\/\d+)$/.exec(path)?.[1];
    if (operation !== undefined) return poll(operation);
    if (!isEnabled(api))
      return refuse(
        403,
        'PERMISSION_DENIED',
        `${api} API has not been used in project ${NUMBER} before or it is disabled.`,
      );
    if (path.endsWith(':testIamPermissions'))
      return ok({ permissions: (body['permissions'] as string[]).filter((permission) => !lacking.has(permission)) });
    if (path.endsWith(':getIamPolicy')) {
      const of = key.replace(':getIamPolicy', '');
      return api === 'cloudresourcemanager' || resources.has(of)
        ? ok(policies.get(of) ?? { bindings: [], etag: 'none' })
        : absent;
    }
    if (path.endsWith(':setIamPolicy')) return policy(method, key.replace(':setIamPolicy', ''), body);
    if (/^\/storage\/v1\/b\/[^/]+\/iam$/.test(path))
      return resources.has(key.replace('/iam', '')) ? policy(method, key, body) : absent;
    if (path.endsWith(':generateServiceIdentity')) return ok({ done: true });
    if (path.endsWith('/billingInfo'))
      return ok({ billingEnabled: true, billingAccountName: 'billingAccounts/0X0X0X' });
    if (path.endsWith('/versions/latest')) return resources.has(key) ? ok(resources.get(key)) : absent;
    if (path.endsWith(':addVersion')) {
      const of = key.replace(':addVersion', '');
      const name = `${of.replace(/^[^/]+\/v1\//, '')}/versions/1`;
      return resources.has(of) ? ok(put(`${of}/versions/latest`, { name, state: 'ENABLED' })) : absent;
    }
    if (method === 'GET' && api === 'serviceusage') {
      const name = path.replace('/v1/projects/acme', `projects/${NUMBER}`);
      return ok({ state: 'DISABLED', ...resources.get(key), name });
    }
    if (path.endsWith(':enable')) {
      const service = key.replace(NUMBER, 'acme').replace(':enable', '');
      return later(() => put(service, { state: 'ENABLED' }));
    }
    if (path.endsWith(':submit')) {
      const [, region, project, repository, image, tag] =
        /^(.+)-docker\.pkg\.dev\/(.+)\/(.+)\/(.+):(.+)$/.exec(String(body['imageUri'])) ?? [];
      const built = later(() =>
        put(
          `artifactregistry.googleapis.com/v1/projects/${project}/locations/${region}/repositories/${repository}/packages/${image}/tags/${tag}`,
          {},
        ),
      );
      return ok({ buildOperation: built.data });
    }
    if (path.endsWith(':run')) {
      const job = resources.get(key.replace(':run', ''));
      if (job !== undefined) job['lastAttemptTime'] = String(changes.length);
      return ok(job);
    }
    if (path.endsWith(':publish')) return deliver(path, body);
    if (path.startsWith('/upload/'))
      return ok(put(`storage.googleapis.com/storage/v1/b/${path.split('/')[5]}/o/${url.searchParams.get('name')}`, {}));
    if (method === 'GET') return read(key, path);
    if (method === 'DELETE') {
      resources.delete(key);
      return api === 'pubsub' ? ok() : later(() => ({}));
    }
    return write(method, api, key, url, body);
  }

  /** To workers that answer pings, where a subscription pushes to a service that is there. */
  function deliver(path: string, body: Body): Answer {
    const topic = path.replace(/^\/v1\//, '').replace(':publish', '');
    const pushing = [...resources.values()].find((one) => one['topic'] === topic && one['pushConfig'] !== undefined);
    const [{ data }] = body['messages'] as [{ data: string }];
    const { id } = JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { id: string };
    const service = /-work-([^/]*?)-\d+\./.exec(JSON.stringify(pushing ?? {}))?.[1];
    for (const [database] of [...resources].filter(([name]) => /\/databases\/[^/]+$/.test(name)))
      if (service !== undefined && !google.isSilent)
        put(`${database}/documents/pings/${service}`, { fields: { id: { stringValue: id } } });
    return ok({ messageIds: ['1'] });
  }

  function read(key: string, path: string): Answer {
    const left = unknownYet.get(key) ?? 0;
    unknownYet.set(key, Math.max(0, left - 1));
    const found = resources.get(key);
    if (found !== undefined) return left > 0 ? absent : ok(found);
    // A collection, or the subscriptions of a topic.
    const [, member = ''] =
      /\/(topics|subscriptions|services|workflows|indexes|executions|timeSeries|notificationChannels|alertPolicies|budgets)$/.exec(
        path,
      ) ?? [];
    if (member === '') return absent;
    const topic = /\/(projects\/[^/]+\/topics\/[^/]+)\/subscriptions$/.exec(path)?.[1];
    const members = [...resources].filter(([name, body]) =>
      topic === undefined
        ? name.startsWith(`${key}/`) && !name.slice(key.length + 1).includes('/')
        : body['topic'] === topic,
    );
    return ok({
      [member]: topic === undefined ? members.map(([, body]) => body) : members.map(([, body]) => body['name']),
    });
  }

  function write(method: Method, api: string, key: string, url: URL, body: Body): Answer {
    const merge = (name: string, more: Body): Body => put(name, { ...resources.get(name), ...more });
    const inner = (body['topic'] ?? body['subscription'] ?? body['serviceAccount'] ?? body['release'] ?? body) as Body;
    const named = (body: Body, name: string): Body => ({ name: name.replace(/^[^/]+\/v\d\//, ''), ...body });
    if (method === 'PATCH') {
      const mask = (url.searchParams.get('updateMask') ?? (body['updateMask'] as string | undefined))?.split(',');
      const of = typeof inner === 'object' ? inner : body;
      const changed = Object.fromEntries(
        Object.entries(of).filter(([member]) => mask === undefined || mask.includes(member)),
      );
      if (api === 'run') return later(() => merge(key, changed));
      merge(key, changed);
      return ['artifactregistry', 'workflows', 'firestore'].includes(api) ? later(() => ({})) : ok(resources.get(key));
    }
    if (method === 'PUT')
      return resources.has(key) ? refuse(409, 'ALREADY_EXISTS', 'it exists') : ok(put(key, named(body, key)));
    const id =
      url.searchParams.get('databaseId') ??
      url.searchParams.get('repositoryId') ??
      url.searchParams.get('serviceId') ??
      url.searchParams.get('workflowId') ??
      url.searchParams.get('secretId');
    if (id !== null) {
      const name = `${key}/${id}`;
      if (resources.has(name)) return refuse(409, 'ALREADY_EXISTS', 'it exists');
      const ready = api === 'run' ? { terminalCondition: { state: 'CONDITION_SUCCEEDED' } } : {};
      put(name, { ...named(body, name), ...ready });
      if (api === 'secretmanager') return ok(resources.get(name));
      return later(() => resources.get(name) ?? {});
    }
    if (api === 'iam') {
      const name = `${key}/${String(body['accountId'])}@acme.iam.gserviceaccount.com`;
      if (resources.has(name)) return refuse(409, 'ALREADY_EXISTS', 'it exists');
      unknownYet.set(name, hasty ? 0 : 2);
      return ok(put(name, named(inner, name)));
    }
    const own = typeof body['name'] === 'string' ? body['name'] : String(resources.size);
    const name = own.includes('/') ? `${url.hostname}/v1/${own}` : `${key}/${own}`;
    if (resources.has(name)) return refuse(409, api === 'storage' ? '' : 'ALREADY_EXISTS', 'it exists');
    return ok(put(name, named(body, name)));
  }

  const google: GoogleInMemory = {
    changes,
    resources,
    policies,
    lacking,
    isSilent: false,
    intercept: () => undefined,
    request: (method, address, body) => {
      const url = new URL(address);
      const isChange =
        method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$/.test(decodeURIComponent(url.pathname));
      if (isChange) changes.push(`${method} ${url.hostname}${decodeURIComponent(url.pathname)}`);
      const given = body !== undefined && 'json' in body ? structuredClone(body.json as Body) : {};
      return Promise.resolve(structuredClone(google.intercept(method, address) ?? answer(method, url, given)));
    },
  };
  return google;
}
