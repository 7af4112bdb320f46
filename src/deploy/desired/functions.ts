/** The image, the services that run it, and who may call them. */
import type { Account } from '../names.ts';
import { type Binding, type Body, type Resource, shortName, UNKNOWN } from '../resource.ts';
import { tiersText } from '../../mill/model/tier.ts';
import { heapOf, memoryFlags, type Service } from '../services.ts';
import { nightlyArgument } from './night.ts';
import { iapAgent, member, type Plan } from './wanted.ts';

/** Node's major version, of https://cloud.google.com/run/docs/runtimes/function-runtimes */
const RUNTIME = 'nodejs24';

/** Written when the image is built; see stage/package-files.ts. */
export const COMPILE_CACHE = '.compile-cache';
export const MANIFEST_FILE = 'daymill-manifest.json';

export const imageOf = ({ names, sourceHash }: Plan): string => `${names.image}:${sourceHash ?? UNKNOWN}`;

export const image = (plan: Plan): Resource => ({
  kind: 'image',
  name: imageOf(plan),
  wave: 'image',
  why: 'one build, for every function',
  body: {
    storageSource: { bucket: plan.names.bucket, object: `${plan.sourceHash ?? UNKNOWN}.tar.gz` },
    imageUri: imageOf(plan),
    // Only what is served when nothing else is said: each service has its own.
    buildpackBuild: { baseImage: RUNTIME, functionTarget: 'dispatch' },
    serviceAccount: `${plan.names.project}/serviceAccounts/${plan.names.email('build')}`,
  },
});

export const services = (plan: Plan): Resource[] => plan.services.map((service) => serviceOf(plan, service));

function serviceOf(plan: Plan, service: Service): Resource {
  return {
    kind: 'service',
    name: plan.names.service(service.id),
    // A new manifest never meets old workers: workers go first.
    wave: service.tier === undefined ? 'functions' : 'workers',
    why: service.why,
    body: {
      labels: plan.labels,
      ingress: 'INGRESS_TRAFFIC_ALL',
      // Not by a binding of everybody, which policies of an organization may forbid: it asks for a token itself.
      // https://cloud.google.com/run/docs/authenticating/public#invoker_check
      ...(service.isPublic === true ? { invokerIamDisabled: true } : {}),
      // https://cloud.google.com/run/docs/securing/identity-aware-proxy-cloud-run
      ...(service.isBehindIap === true ? { iapEnabled: true } : {}),
      // Of the service: on a revision they would keep tagged old ones warm.
      scaling: { minInstanceCount: 0, maxInstanceCount: service.maxInstances },
      template: {
        serviceAccount: plan.names.email(service.account),
        timeout: `${service.timeoutSeconds}s`,
        maxInstanceRequestConcurrency: service.concurrency,
        containers: [
          {
            image: imageOf(plan),
            env: [
              ...Object.entries(environmentOf(plan, service)).map(([name, value]) => ({ name, value })),
              ...secretVariables(plan, service),
            ],
            resources: {
              limits: { cpu: String(service.cpus), memory: `${service.memoryMB}Mi` },
              cpuIdle: true,
              startupCpuBoost: true,
            },
          },
        ],
      },
    },
  };
}

/** All that a function is told: what is not here it finds as on any machine. */
export function environmentOf(plan: Plan, service: Service): Record<string, string> {
  return {
    FUNCTION_TARGET: service.target,
    NODE_ENV: 'production',
    NODE_OPTIONS: memoryFlags({ heapMB: heapOf(service) }).join(' '),
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    DAYMILL_PROJECT: plan.target.projectId,
    DAYMILL_DATABASE: plan.target.databaseId,
    DAYMILL_MANIFEST: MANIFEST_FILE,
    DAYMILL_TIERS: tiersText(plan.tiers),
    DAYMILL_LANES: String(plan.lanes),
    ...(service.tier === undefined ? {} : { DAYMILL_TIER: service.tier.name }),
    ...(service.id === 'view' ? pageEnvironment(plan, service) : {}),
    ...service.own?.env,
  };
}

/** What the page starts days by: what the schedule starts them by. */
const pipelineOf = (plan: Plan): Readonly<Record<string, unknown>> => ({
  location: plan.target.region,
  workflow: plan.target.workflow,
  ...nightlyArgument(plan),
});

/** Whose word the page takes for who somebody is, and how it starts a day. */
const pageEnvironment = (plan: Plan, { id }: Service): Record<string, string> => ({
  DAYMILL_IAP_AUDIENCE: `/projects/${plan.number}/locations/${plan.target.region}/services/${shortName(plan.names.service(id))}`,
  DAYMILL_PIPELINE: JSON.stringify(pipelineOf(plan)),
});

/** By variable: of the project's own functions, and what tokens are signed with. */
const secretsBy = (
  { collect }: Plan,
  { own, target }: Service,
): Readonly<Record<string, { id: string; version: string }>> => ({
  ...own?.secrets,
  ...(target === 'collect' && collect?.secret !== undefined
    ? { DAYMILL_JWT_SECRET: { id: collect.secret, version: 'latest' } }
    : {}),
});

/** https://cloud.google.com/run/docs/configuring/services/secrets */
const secretVariables = (plan: Plan, service: Service): Body[] =>
  Object.entries(secretsBy(plan, service)).map(([name, { id, version }]) => ({
    name,
    valueSource: { secretKeyRef: { secret: shortName(plan.names.secret(id)), version } },
  }));

/** Who is let in by the page's proxy. Whom people let in by hand, stays. https://cloud.google.com/iap/docs/managing-access */
export const visitors = ({ names, services, target, dashboard }: Plan): Resource[] =>
  services
    .filter(({ isBehindIap }) => isBehindIap === true)
    .map(({ id }) => ({
      kind: 'policy',
      name: `${names.project}/iap_web/cloud_run-${target.region}/services/${shortName(names.service(id))}`,
      wave: 'callers',
      why: 'who may open the page',
      body: {
        bindings: [
          {
            role: 'roles/iap.httpsResourceAccessor',
            members: [...(dashboard?.admins ?? []).map((email) => `user:${email}`), ...(dashboard?.viewers ?? [])],
          },
        ],
      },
    }));

/** Exactly these: nobody else, and never everybody. */
export const callers = (plan: Plan): Resource[] =>
  plan.services.map((service) => ({
    kind: 'policy',
    name: plan.names.service(service.id),
    wave: 'callers',
    why: `who may call ${service.id}`,
    body: { bindings: bindingsOf(plan, service) },
  }));

function bindingsOf(plan: Plan, service: Service): Binding[] {
  const accounts = callersOf(service).map((account) => member(plan.names.email(account)));
  const proxy = service.isBehindIap === true ? [iapAgent(plan)] : [];
  const members = [...accounts, ...proxy, ...(service.own?.callers ?? [])];
  return members.length === 0 ? [] : [{ role: 'roles/run.invoker', members }];
}

function callersOf({ target, own }: Service): Account[] {
  if (own !== undefined) return own.schedule === undefined ? [] : ['cron'];
  if (target === 'work') return ['push'];
  if (target === 'collect' || target === 'view') return [];
  return target === 'reconcile' ? ['flow', 'cron'] : ['flow'];
}
