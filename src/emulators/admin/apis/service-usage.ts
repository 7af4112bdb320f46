/** Which APIs a project has enabled, and the accounts that Google makes for them: https://cloud.google.com/service-usage/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { begin, operationAt } from '../core/operations.ts';
import { type Binding, bindingsOf, grant, grantsOf } from '../core/policies.ts';
import { needsOfProject } from '../core/resources.ts';
import { projectOf, type World } from '../core/world.ts';

const HOST = 'serviceusage.googleapis.com';

/** https://cloud.google.com/service-usage/docs/reference/rest/v1/services/batchEnable */
const MAX_BATCH = 20;

const ENABLING_MS = 6_000;

/** Names of APIs that there are, without `.googleapis.com`; others are nobody's. */
const APIS = new Set(
  (
    'artifactregistry billingbudgets cloudbilling cloudbuild cloudresourcemanager cloudscheduler compute eventarc firebaserules firestore iam ' +
    'iamcredentials iap logging monitoring pubsub run secretmanager serviceusage storage workflowexecutions workflows'
  ).split(' '),
);

/** Those that cost money from their first use on. */
const NEED_BILLING = new Set(['artifactregistry', 'cloudbuild', 'compute', 'run', 'secretmanager']);

/** Google's account and role of an API, granted on the project when it is enabled; those without a role are made when they are asked for, and get nothing. */
const AGENTS: Readonly<Record<string, { readonly domain: string; readonly role?: string }>> = {
  cloudbuild: { domain: 'gcp-sa-cloudbuild', role: 'roles/cloudbuild.serviceAgent' },
  cloudscheduler: { domain: 'gcp-sa-cloudscheduler', role: 'roles/cloudscheduler.serviceAgent' },
  iap: { domain: 'gcp-sa-iap' },
  pubsub: { domain: 'gcp-sa-pubsub' },
  run: { domain: 'serverless-robot-prod', role: 'roles/run.serviceAgent' },
  workflows: { domain: 'gcp-sa-workflows', role: 'roles/workflows.serviceAgent' },
};

/** As policies name it. */
export const agentOf = ({ projectNumber }: World, api: string): string =>
  `serviceAccount:service-${projectNumber}@${AGENTS[api]?.domain}.iam.gserviceaccount.com`;

const idOf = (service: string): string => service.replace(/\.googleapis\.com$/, '');

const isEnabled = (world: World, service: string): boolean => service === HOST || world.enabledMs.has(service);

const serviceOf = (world: World, service: string): Json => ({
  name: `projects/${world.projectNumber}/services/${service}`,
  config: { name: service },
  state: isEnabled(world, service) ? 'ENABLED' : 'DISABLED',
  parent: `projects/${world.projectNumber}`,
});

/** As if it had been enabled long ago, when `sinceMs` says so. */
export function enable(world: World, service: string, sinceMs = world.now()): void {
  if (world.enabledMs.has(service)) return;
  world.enabledMs.set(service, sinceMs);
  const role = AGENTS[idOf(service)]?.role;
  if (role === undefined) return;
  const agent = agentOf(world, idOf(service));
  world.agents.add(agent);
  grant(world, projectOf(world), withMember(bindingsOf(grantsOf(world, projectOf(world))), role, agent), sinceMs);
}

function withMember(bindings: readonly Binding[], role: string, member: string): Binding[] {
  const found = bindings.find((one) => one.role === role);
  if (found === undefined) return [...bindings, { role, members: [member] }];
  return bindings.map((one) => (one === found ? { ...one, members: [...(one.members ?? []), member] } : one));
}

function begun(world: World, services: readonly string[], type: string, response: () => Json): Json {
  const unknown = services.filter((service) => !service.endsWith('.googleapis.com') || !APIS.has(idOf(service)));
  if (unknown.length > 0)
    throw new ApiError('PERMISSION_DENIED', `Not found or permission denied for service(s): ${unknown.join(', ')}.`);
  const unpaid = services.filter((service) => NEED_BILLING.has(idOf(service)) && !isEnabled(world, service));
  if (!world.isBilled && unpaid.length > 0)
    throw new ApiError(
      'FAILED_PRECONDITION',
      `Billing account for project '${world.projectNumber}' is not found. Billing must be enabled for activation of service(s) '${unpaid.join(',')}' to proceed.`,
    );
  const isDone = services.every((service) => isEnabled(world, service));
  return begin(world, {
    host: HOST,
    under: 'operations',
    ms: isDone ? 0 : ENABLING_MS,
    type: `google.api.serviceusage.v1.${type}`,
    end: () => {
      for (const service of services) enable(world, service);
      return response();
    },
  });
}

const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

function batchEnable({ world, request }: Call): Json {
  const ids = (request['serviceIds'] ?? []) as readonly string[];
  if (ids.length === 0 || ids.length > MAX_BATCH)
    throw new ApiError('INVALID_ARGUMENT', `service_ids has 1 to ${MAX_BATCH} services, not ${ids.length}.`);
  return begun(world, ids, 'BatchEnableServicesResponse', () => ({ services: ids.map((id) => serviceOf(world, id)) }));
}

/** Done at once, by a name that cannot be asked for. */
function generateIdentity({ world, request }: Call): Json {
  const api = idOf(shortName(textAt(request, 'parent')));
  const agent = agentOf(world, api);
  if (AGENTS[api] === undefined || !isEnabled(world, `${api}.googleapis.com`))
    throw new ApiError('FAILED_PRECONDITION', `The service ${api}.googleapis.com has no identity in this project.`);
  world.agents.add(agent);
  const response = { email: agent.replace('serviceAccount:', ''), uniqueId: String(Math.floor(world.random() * 1e15)) };
  return {
    name: 'operations/finished.DONE_OPERATION',
    done: true,
    response: { '@type': 'type.googleapis.com/google.api.serviceusage.v1beta1.ServiceIdentity', ...response },
  };
}

const V1 = 'google.api.serviceusage.v1.ServiceUsage';

export const serviceUsage: AdminApi = {
  service: HOST,
  methods: {
    [`${V1}.GetService`]: {
      needs: needsOfProject('serviceusage.services.get'),
      answer: ({ world, request }) => serviceOf(world, shortName(textAt(request, 'name'))),
    },
    [`${V1}.ListServices`]: {
      needs: needsOfProject('serviceusage.services.list'),
      answer: ({ world, request }) => {
        const all = [...APIS].map((id) => serviceOf(world, `${id}.googleapis.com`));
        const state = /^state:(ENABLED|DISABLED)$/.exec(textAt(request, 'filter'))?.[1];
        return { services: all.filter((one) => state === undefined || one['state'] === state) };
      },
    },
    [`${V1}.BatchGetServices`]: {
      needs: needsOfProject('serviceusage.services.get'),
      answer: ({ world, request }) => ({
        services: ((request['names'] ?? []) as readonly string[]).map((name) => serviceOf(world, shortName(name))),
      }),
    },
    [`${V1}.EnableService`]: {
      needs: needsOfProject('serviceusage.services.enable'),
      answer: ({ world, request }) => {
        const service = shortName(textAt(request, 'name'));
        return begun(world, [service], 'EnableServiceResponse', () => ({ service: serviceOf(world, service) }));
      },
    },
    [`${V1}.BatchEnableServices`]: { needs: needsOfProject('serviceusage.services.enable'), answer: batchEnable },
    'google.api.serviceusage.v1beta1.ServiceUsage.GenerateServiceIdentity': {
      needs: needsOfProject('serviceusage.services.enable'),
      answer: generateIdentity,
    },
    'mixins.ServiceUsageOperations.GetOperation': {
      needs: needsOfProject('serviceusage.operations.get'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};
