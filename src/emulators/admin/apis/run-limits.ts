/** What Cloud Run refuses of a service: https://cloud.google.com/run/quotas and the pages named below. */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { World } from '../core/world.ts';

/** https://cloud.google.com/run/docs/deploying#service-name */
const SERVICE_ID = /\/services\/[a-z](?:[-a-z\d]{0,47}[a-z\d])?$/;

const MAX_TIMEOUT_SECONDS = 3_600;
const MAX_CONCURRENCY = 1_000;

/** CPUs by the memory in MiB that they may have: https://cloud.google.com/run/docs/configuring/services/memory-limits */
const MEMORY: Readonly<Record<string, readonly [number, number]>> = {
  '1': [128, 4_096],
  '2': [128, 8_192],
  '4': [2_048, 16_384],
  '6': [4_096, 24_576],
  '8': [4_096, 32_768],
};

/** Set by Cloud Run itself: https://cloud.google.com/run/docs/container-contract#env-vars */
const RESERVED = new Set(['PORT', 'K_SERVICE', 'K_REVISION', 'K_CONFIGURATION']);

interface Variable {
  readonly name?: string;
  readonly valueSource?: { readonly secretKeyRef?: { readonly secret?: string; readonly version?: string } };
}

interface Container {
  readonly image?: string;
  readonly env?: readonly Variable[];
  readonly resources?: { readonly limits?: Readonly<Record<string, string>> };
}

const containerOf = (service: Json): Container =>
  (valueAt(service, 'template.containers') as readonly Container[] | undefined)?.[0] ?? {};

export const imageOf = (service: Json): string => containerOf(service).image ?? '';

/** Full names of the versions that its variables have their values from. */
export const secretsOf = ({ projectId, resources }: World, service: Json): string[] =>
  (containerOf(service).env ?? []).flatMap(({ valueSource }) => {
    const { secret, version = 'latest' } = valueSource?.secretKeyRef ?? {};
    if (secret === undefined) return [];
    const versions = `//secretmanager.googleapis.com/projects/${projectId}/secrets/${secret}/versions/`;
    if (version !== 'latest') return versions + version;
    return [...resources.keys()].findLast((name) => name.startsWith(versions)) ?? `${versions}latest`;
  });

/** @throws {ApiError} INVALID_ARGUMENT naming the field. */
export function checkService(world: World, name: string, service: Json): void {
  if (!SERVICE_ID.test(name)) throw violation('service_id', 'it has 1 to 49 small letters, digits and hyphens');
  if (imageOf(service) === '') throw violation('template.containers', 'there must be one, with an image');
  const { env = [] } = containerOf(service);
  const names = env.map((one) => one.name ?? '');
  const reserved = names.find((one, index) => RESERVED.has(one) || names.indexOf(one) !== index);
  if (reserved !== undefined) throw violation('template.containers.env', `${reserved} is reserved, or there twice`);
  const seconds = Number.parseFloat(textAt(service, 'template.timeout') || '300s');
  if (seconds <= 0 || seconds > MAX_TIMEOUT_SECONDS)
    throw violation('template.timeout', `it is 1 s to ${MAX_TIMEOUT_SECONDS} s`);
  const concurrency = Number(valueAt(service, 'template.maxInstanceRequestConcurrency') ?? 80);
  if (concurrency < 1 || concurrency > MAX_CONCURRENCY)
    throw violation('template.max_instance_request_concurrency', `it is 1 to ${MAX_CONCURRENCY}`);
  checkSize(containerOf(service));
  const instances = Number(valueAt(service, 'scaling.maxInstanceCount') ?? 0);
  if (instances > world.maxInstances)
    throw violation(
      'scaling.max_instance_count',
      `Max instances must be set to ${world.maxInstances} or fewer in order to set the requested total CPU`,
    );
}

function checkSize({ resources }: Container): void {
  const { cpu = '1', memory = '512Mi' } = resources?.limits ?? {};
  const [, amount = '', unit = ''] = /^(\d+)(Mi|Gi)$/.exec(memory) ?? [];
  const megabytes = Number(amount) * (unit === 'Gi' ? 1_024 : 1);
  const [least, most] = MEMORY[cpu] ?? [];
  if (least === undefined || most === undefined)
    throw violation('template.containers.resources.limits.cpu', `it is no number of CPUs: ${cpu}`);
  if (!(megabytes >= least && megabytes <= most))
    throw violation(
      'template.containers.resources.limits.memory',
      `of ${cpu} CPU it is ${least}Mi to ${most}Mi, not ${memory}`,
    );
}

const violation = (field: string, why: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', `Violation in UpdateServiceRequest.service.${field}: ${why}.`);
