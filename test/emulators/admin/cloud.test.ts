import { afterEach, describe, expect, test } from 'vitest';
import type { Json } from '../../../src/emulators/admin/core/json.ts';
import { NO_DELAYS } from '../../../src/emulators/admin/core/world.ts';
import { type AdminOptions, openAdminCloud, serveAdmin, tokenOf } from '../../../src/emulators/admin/start.ts';
import { enable } from '../../../src/emulators/admin/apis/service-usage.ts';
import type { Listening } from '../../../src/emulators/loopback.ts';

const ANN = 'user:ann@x.example';
const BOB = 'user:bob@x.example';
const PARENT = 'projects/p/locations/r';

/** A project of which `bindings` say who may do what, with the APIs enabled for long. */
function project({
  roles = ['roles/owner'],
  apis = [] as readonly string[],
  ...options
}: Partial<AdminOptions> & { roles?: readonly string[]; apis?: readonly string[] }) {
  let nowMs = Date.UTC(2026, 0, 1);
  const cloud = openAdminCloud({
    projectId: 'p',
    projectNumber: '42',
    now: () => nowMs,
    delays: NO_DELAYS,
    ...options,
    bindings: roles.map((role) => ({ role, members: [ANN] })),
  });
  for (const api of apis) enable(cloud.world, `${api}.googleapis.com`, -Infinity);
  const call = (
    method: string,
    url: string,
    json?: Json,
    member = ANN,
  ): { status: number; json: Json; message: string } => {
    const body = json === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(json));
    const answer = cloud.answer({ method, url: `https://${url}`, authorization: `Bearer ${tokenOf(member)}`, body });
    const { message = '' } = (answer.json['error'] ?? {}) as { message?: string };
    return { ...answer, message };
  };
  return { cloud, call, pass: (seconds: number) => (nowMs += seconds * 1_000) };
}

/** What a service needs that runs: an account, and an image in a repository. */
const RUN = ['run', 'iam', 'artifactregistry', 'storage', 'cloudbuild', 'cloudresourcemanager'] as const;
const IMAGE = 'r-docker.pkg.dev/p/images/functions:1';
const EMAIL = 'runner@p.iam.gserviceaccount.com';

function withImage(options: Parameters<typeof project>[0] = {}) {
  const made = project({ apis: RUN, ...options });
  const { call } = made;
  call('POST', 'iam.googleapis.com/v1/projects/p/serviceAccounts', { accountId: 'runner' });
  call('POST', `artifactregistry.googleapis.com/v1/${PARENT}/repositories?repositoryId=images`, { format: 'DOCKER' });
  call('POST', 'storage.googleapis.com/storage/v1/b?project=p', { name: 'source' });
  call('POST', 'storage.googleapis.com/upload/storage/v1/b/source/o?uploadType=media&name=a.tar.gz', {});
  const roles = ['roles/storage.objectViewer', 'roles/artifactregistry.writer', 'roles/logging.logWriter'];
  const { json } = call('POST', 'cloudresourcemanager.googleapis.com/v3/projects/p:getIamPolicy', {});
  const bindings = roles.map((role) => ({ role, members: [`serviceAccount:${EMAIL}`] }));
  const policy = { ...json, bindings: [...(json['bindings'] as []), ...bindings] };
  call('POST', 'cloudresourcemanager.googleapis.com/v3/projects/p:setIamPolicy', { policy });
  return made;
}

const build = (image: string): Json => ({
  storageSource: { bucket: 'source', object: 'a.tar.gz' },
  imageUri: image,
  buildpackBuild: { functionTarget: 'f' },
  serviceAccount: `projects/p/serviceAccounts/${EMAIL}`,
});

const service = (changed: Json = {}): Json => ({
  template: { serviceAccount: EMAIL, containers: [{ image: IMAGE }], ...changed },
});

describe('a project', () => {
  test('that is fresh has no API but the one that enables others, and each answers some time after it is enabled', () => {
    const { call, pass } = project({ delays: { ...NO_DELAYS, api: 20_000, operations: 1 } });
    const topics = 'pubsub.googleapis.com/v1/projects/p/topics';
    expect(call('GET', topics)).toMatchObject({
      status: 403,
      message: expect.stringContaining('has not been used in project 42') as string,
    });
    const { json } = call('POST', 'serviceusage.googleapis.com/v1/projects/42/services/pubsub.googleapis.com:enable');
    expect(json['done']).toBeUndefined();
    const poll = `serviceusage.googleapis.com/v1/${String(json['name'])}`;
    expect(call('GET', poll).json['done']).toBeUndefined();
    pass(6);
    expect(call('GET', poll).json).toMatchObject({ done: true, response: { service: { state: 'ENABLED' } } });
    expect(call('GET', topics).status).toBe(403);
    pass(20);
    expect(call('GET', topics)).toMatchObject({ status: 200, json: {} });
  });

  test('without billing enables nothing that costs money, by name', () => {
    const { call } = project({ isBilled: false, apis: ['cloudbilling'] });
    expect(call('GET', 'cloudbilling.googleapis.com/v1/projects/p/billingInfo').json['billingEnabled']).toBeUndefined();
    const refused = call('POST', 'serviceusage.googleapis.com/v1/projects/42/services:batchEnable', {
      serviceIds: ['pubsub.googleapis.com', 'run.googleapis.com'],
    });
    expect(refused.message).toContain("Billing must be enabled for activation of service(s) 'run.googleapis.com'");
  });

  test('answers nobody without a token, and nothing that it does not describe', () => {
    const { cloud, call } = project({});
    const request = { method: 'GET', url: 'https://run.googleapis.com/v2/x', body: new Uint8Array() };
    expect(cloud.answer({ ...request, authorization: undefined }).status).toBe(401);
    expect(call('GET', 'run.googleapis.com/v2/x').status).toBe(404);
  });

  test('is busy now and then, as its seed has it', () => {
    const { call } = project({ busy: { share: 0.5, seed: 1 } });
    const statuses = Array.from(
      { length: 20 },
      () => call('GET', 'serviceusage.googleapis.com/v1/projects/p/services/run.googleapis.com').status,
    );
    expect(new Set(statuses)).toEqual(new Set([200, 429, 503]));
  });
});

describe('a permission', () => {
  test('that the caller lacks is named, and what it is needed on', () => {
    const { call } = project({ roles: ['roles/pubsub.publisher'], apis: ['pubsub'] });
    expect(call('PUT', 'pubsub.googleapis.com/v1/projects/p/topics/tasks', {})).toMatchObject({
      status: 403,
      message: expect.stringContaining(
        "'pubsub.topics.create' denied on resource '//cloudresourcemanager.googleapis.com/projects/p'",
      ) as string,
    });
  });

  test('holds on what its policy is of, and some time after it was granted', () => {
    const { call, pass } = project({ apis: ['pubsub'], delays: { ...NO_DELAYS, grant: 30_000 } });
    pass(31);
    const topic = 'pubsub.googleapis.com/v1/projects/p/topics/tasks';
    for (const name of [topic, `${topic}-2`]) call('PUT', name, {});
    const policy = { bindings: [{ role: 'roles/pubsub.admin', members: [BOB] }] };
    expect(call('POST', `${topic}:setIamPolicy`, { policy }).status).toBe(200);
    expect(call('GET', topic, undefined, BOB).status).toBe(403);
    pass(30);
    expect(call('GET', topic, undefined, BOB).status).toBe(200);
    expect(call('GET', `${topic}-2`, undefined, BOB).status).toBe(403);
  });

  test('is told of those that are asked for, and a name that there is not spoils the question', () => {
    const { call } = project({ roles: ['roles/run.invoker'], apis: ['cloudresourcemanager'] });
    const ask = (...permissions: string[]) =>
      call('POST', 'cloudresourcemanager.googleapis.com/v3/projects/p:testIamPermissions', { permissions });
    expect(ask('run.routes.invoke', 'run.services.create').json).toEqual({ permissions: ['run.routes.invoke'] });
    expect(ask('run.services.crate').status).toBe(400);
  });
});

describe('a policy', () => {
  const topic = 'pubsub.googleapis.com/v1/projects/p/topics/tasks';
  const grant = (...members: string[]): Json => ({ bindings: [{ role: 'roles/pubsub.publisher', members }] });

  test('that was written since it was read is refused', () => {
    const { call } = project({ apis: ['pubsub'] });
    call('PUT', topic, {});
    const { etag } = call('GET', `${topic}:getIamPolicy`).json;
    const write = () => call('POST', `${topic}:setIamPolicy`, { policy: { ...grant(BOB), etag } });
    expect(write().status).toBe(200);
    expect(write()).toMatchObject({ status: 409, json: { error: { status: 'ABORTED' } } });
  });

  test('of a bucket has an error of its own for that', () => {
    const { call } = project({ apis: ['storage'] });
    call('POST', 'storage.googleapis.com/storage/v1/b?project=p', { name: 'bucket' });
    const iam = 'storage.googleapis.com/storage/v1/b/bucket/iam';
    expect(call('PUT', iam, { bindings: [], etag: 'b2xk' })).toMatchObject({
      status: 412,
      json: { error: { code: 412, errors: [{ reason: 'conditionNotMet' }] } },
    });
  });

  test.each([
    ['an account that nobody made', grant('serviceAccount:who@p.iam.gserviceaccount.com'), 'Service account who@'],
    [
      "Google's account of an API that nobody uses yet",
      grant('serviceAccount:service-42@gcp-sa-pubsub.iam.gserviceaccount.com'),
      'does not exist',
    ],
    ['somebody without a kind', grant('ann@x.example'), 'Invalid member'],
    [
      'a role that there is not',
      { bindings: [{ role: 'roles/pubsub.published', members: [BOB] }] },
      'is not supported',
    ],
    [
      'a condition in a version without',
      { bindings: [{ role: 'roles/pubsub.publisher', members: [BOB], condition: { expression: 'true', title: 't' } }] },
      'have the version 3',
    ],
  ])('for %s is refused', (_, policy, message) => {
    const { call } = project({ apis: ['pubsub'] });
    call('PUT', topic, {});
    expect(call('POST', `${topic}:setIamPolicy`, { policy })).toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });
});

describe('a service', () => {
  const url = `run.googleapis.com/v2/${PARENT}/services`;

  test('runs an image that was built, as an account that whoever deploys may be', () => {
    const { call } = withImage();
    expect(call('POST', `run.googleapis.com/v2/${PARENT}/builds:submit`, build(IMAGE)).json).toMatchObject({
      buildOperation: { done: true, response: { status: 'SUCCESS' } },
    });
    expect(call('POST', `${url}?serviceId=s`, service()).json).toMatchObject({
      done: true,
      response: { terminalCondition: { state: 'CONDITION_SUCCEEDED' }, uri: 'https://s-42.r.run.app' },
    });
    expect(call('POST', `${url}?serviceId=s`, service()).json).toMatchObject({ error: { status: 'ALREADY_EXISTS' } });
  });

  test('of an image that is not there does not start, and says so', () => {
    const { call } = withImage();
    expect(call('POST', `${url}?serviceId=s`, service()).json).toMatchObject({
      error: { message: `Image '${IMAGE}' not found.` },
    });
    expect(call('GET', `${url}/s`).json).toMatchObject({ terminalCondition: { state: 'CONDITION_FAILED' } });
  });

  test('is not made by who may not be its account', () => {
    const roles = [
      'roles/resourcemanager.projectIamAdmin',
      'roles/run.admin',
      'roles/artifactregistry.admin',
      'roles/iam.serviceAccountAdmin',
      'roles/storage.admin',
    ];
    const { call } = withImage({ roles });
    expect(call('POST', `${url}?serviceId=s`, service()).message).toContain(
      `'iam.serviceaccounts.actAs' denied on service account ${EMAIL}`,
    );
  });

  test.each([
    [
      'more memory than its CPUs may have',
      { containers: [{ image: IMAGE, resources: { limits: { cpu: '1', memory: '8192Mi' } } }] },
      'memory',
    ],
    ['a variable of Cloud Run', { containers: [{ image: IMAGE, env: [{ name: 'PORT', value: '1' }] }] }, 'PORT'],
    ['too long a timeout', { timeout: '3601s' }, 'template.timeout'],
  ])('with %s is refused', (_, changed, message) => {
    const { call } = withImage();
    expect(call('POST', `${url}?serviceId=s`, service(changed))).toMatchObject({
      status: 400,
      message: expect.stringContaining(message) as string,
    });
  });

  test('is changed where the mask says so, and nowhere else', () => {
    const { call } = withImage();
    call('POST', `run.googleapis.com/v2/${PARENT}/builds:submit`, build(IMAGE));
    call('POST', `${url}?serviceId=s`, { ...service({ timeout: '60s' }), labels: { a: 'b' } });
    call('PATCH', `${url}/s?updateMask=labels`, { ...service({ timeout: '90s' }), labels: { c: 'd' } });
    expect(call('GET', `${url}/s`).json).toMatchObject({
      labels: { c: 'd' },
      template: { timeout: '60s' },
      generation: '2',
    });
    expect(call('PATCH', `${url}/s?updateMask=uid`, service()).message).toContain(
      "'uid' of the update mask is OUTPUT_ONLY",
    );
    expect(call('PATCH', `${url}/s?updateMask=label`, service()).message).toContain('Unknown name "label"');
  });
});

test('a build fails of what its account may not do, and its operation says so', () => {
  const { call } = project({ apis: RUN });
  call('POST', 'iam.googleapis.com/v1/projects/p/serviceAccounts', { accountId: 'runner' });
  expect(call('POST', `run.googleapis.com/v2/${PARENT}/builds:submit`, build(IMAGE)).json).toMatchObject({
    buildOperation: {
      error: { code: 7, message: expect.stringContaining('storage.objects.get') as string },
      metadata: { build: { logUrl: expect.stringContaining('cloud-build/builds') as string } },
    },
  });
});

describe('over HTTP', () => {
  let listening: Listening | undefined;
  afterEach(() => listening?.close());

  test('each of its hosts is the first part of the path', async () => {
    const { cloud } = project({ apis: ['pubsub'], tokens: { opaque: ANN } });
    listening = await serveAdmin(cloud);
    const response = await fetch(
      `http://127.0.0.1:${listening.port}/pubsub.googleapis.com/v1/projects/p/topics/tasks`,
      {
        method: 'PUT',
        headers: { authorization: 'Bearer opaque' },
        body: JSON.stringify({ labels: { a: 'b' } }),
      },
    );
    expect(await response.json()).toEqual({ name: 'projects/p/topics/tasks', labels: { a: 'b' } });
  });
});
