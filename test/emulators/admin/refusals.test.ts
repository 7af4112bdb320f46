/** What Google refuses beyond the form of a message: each API's own rules, by what they name. */
import { describe, expect, test } from 'vitest';
import { BILLING_ACCOUNT } from '../../../src/emulators/admin/apis/billing.ts';
import { enable } from '../../../src/emulators/admin/apis/service-usage.ts';
import { type Json, textAt } from '../../../src/emulators/admin/core/json.ts';
import { NO_DELAYS } from '../../../src/emulators/admin/core/world.ts';
import { openAdminCloud, tokenOf } from '../../../src/emulators/admin/start.ts';

const ANN = 'user:ann@x.example';
const APIS =
  'artifactregistry billingbudgets cloudresourcemanager cloudscheduler firebaserules firestore iam monitoring pubsub secretmanager storage workflows'.split(
    ' ',
  );

const cloud = openAdminCloud({
  projectId: 'p',
  projectNumber: '42',
  now: () => Date.UTC(2026, 0, 1),
  delays: NO_DELAYS,
  bindings: [{ role: 'roles/owner', members: [ANN] }],
  billing: [{ role: 'roles/billing.costsManager', members: [ANN] }],
});
for (const api of APIS) enable(cloud.world, `${api}.googleapis.com`, -Infinity);

function call(request: string, json?: Json): { status: number; message: string; json: Json } {
  const [method = '', url = ''] = request.split(' ');
  const body = json === undefined ? new Uint8Array() : Buffer.from(JSON.stringify(json));
  const answer = cloud.answer({ method, url: `https://${url}`, authorization: `Bearer ${tokenOf(ANN)}`, body });
  return { ...answer, message: ((answer.json['error'] ?? {}) as { message?: string }).message ?? '' };
}

const R = 'projects/p/locations/r';
const PUBSUB = 'pubsub.googleapis.com/v1/projects/p';
const FIRESTORE = 'firestore.googleapis.com/v1/projects/p/databases';
const JOBS = `cloudscheduler.googleapis.com/v1/${R}/jobs`;
const ALERTS = 'monitoring.googleapis.com/v3/projects/p/alertPolicies';
const RULES = 'firebaserules.googleapis.com/v1/projects/p';

call(`PUT ${PUBSUB}/topics/tasks`, {});
call(`PUT ${PUBSUB}/subscriptions/tasks`, { topic: 'projects/p/topics/tasks' });
call(`POST ${FIRESTORE}?databaseId=data-base`, { type: 'FIRESTORE_NATIVE', locationId: 'eur3' });
call('POST iam.googleapis.com/v1/projects/p/serviceAccounts', { accountId: 'caller' });

const job = (changed: Json): Json => ({
  name: `${R}/jobs/j`,
  schedule: '0 4 * * *',
  httpTarget: { uri: 'https://x.run.app', oidcToken: { serviceAccountEmail: 'caller@p.iam.gserviceaccount.com' } },
  ...changed,
});

const policy = (changed: Json): Json => ({
  displayName: 'a',
  combiner: 'OR',
  conditions: [{ displayName: 'c', conditionAbsent: { filter: 'x', duration: '60s' } }],
  ...changed,
});

const push = (changed: Json): Json => ({ topic: 'projects/p/topics/tasks', ...changed });

describe.each<[string, string, Json, string]>([
  ['an account', 'POST iam.googleapis.com/v1/projects/p/serviceAccounts', { accountId: 'abc' }, 'between 6 and 30'],
  ['a bucket', 'POST storage.googleapis.com/storage/v1/b?project=p', { name: 'Upper' }, 'Invalid bucket name'],
  [
    'a repository',
    `POST artifactregistry.googleapis.com/v1/${R}/repositories?repositoryId=images`,
    {},
    'format of a repository',
  ],
  [
    'a cleanup policy under another name',
    `POST artifactregistry.googleapis.com/v1/${R}/repositories?repositoryId=images`,
    { format: 'DOCKER', cleanupPolicies: { keep: { id: 'kept', action: 'KEEP' } } },
    "has another id: 'kept'",
  ],
  [
    'a cleanup policy that keeps a number and deletes',
    `POST artifactregistry.googleapis.com/v1/${R}/repositories?repositoryId=images`,
    { format: 'DOCKER', cleanupPolicies: { keep: { action: 'DELETE', mostRecentVersions: { keepCount: 5 } } } },
    'its action must be KEEP',
  ],
  [
    'a database without a place',
    `POST ${FIRESTORE}?databaseId=other`,
    { type: 'FIRESTORE_NATIVE' },
    'location_id is required',
  ],
  [
    'a database by an id of its own',
    `POST ${FIRESTORE}?databaseId=A`,
    { type: 'FIRESTORE_NATIVE', locationId: 'eur3' },
    'Invalid database id',
  ],
  [
    'an index of one field',
    `POST ${FIRESTORE}/data-base/collectionGroups/c/indexes`,
    { queryScope: 'COLLECTION', fields: [{ fieldPath: 'a', order: 'ASCENDING' }] },
    'this index is not necessary',
  ],
  [
    'an index of a field without an order',
    `POST ${FIRESTORE}/data-base/collectionGroups/c/indexes`,
    { queryScope: 'COLLECTION', fields: [{ fieldPath: 'a' }, { fieldPath: 'b', order: 'ASCENDING' }] },
    'has an order or an array config',
  ],
  [
    'a field’s index that is another’s',
    `PATCH ${FIRESTORE}/data-base/collectionGroups/c/fields/a?updateMask=indexConfig`,
    { indexConfig: { indexes: [{ queryScope: 'COLLECTION', fields: [{ fieldPath: 'b', order: 'ASCENDING' }] }] } },
    'An index of the single field a',
  ],
  [
    'rules of nothing',
    `POST ${RULES}/rulesets`,
    { source: { files: [{ name: 'r', content: 'allow read;' }] } },
    'Compilation errors in r',
  ],
  [
    'a release of a ruleset that there is not',
    `POST ${RULES}/releases`,
    { name: 'projects/p/releases/cloud.firestore', rulesetName: 'projects/p/rulesets/x' },
    'There is no ruleset',
  ],
  ['a topic of Google’s', `PUT ${PUBSUB}/topics/googled`, {}, 'Invalid resource name'],
  ['an ack deadline of minutes', `PUT ${PUBSUB}/subscriptions/s-1`, push({ ackDeadlineSeconds: 601 }), '10 to 600'],
  [
    'too few attempts before a dead letter',
    `PUT ${PUBSUB}/subscriptions/s-1`,
    push({ deadLetterPolicy: { deadLetterTopic: 'projects/p/topics/tasks', maxDeliveryAttempts: 4 } }),
    'max_delivery_attempts is 5 to 100',
  ],
  [
    'a push over plain HTTP',
    `PUT ${PUBSUB}/subscriptions/s-1`,
    push({ pushConfig: { pushEndpoint: 'http://x' } }),
    'Invalid push endpoint',
  ],
  [
    'another topic of a subscription',
    `PATCH ${PUBSUB}/subscriptions/tasks`,
    { subscription: push({}), updateMask: 'topic' },
    'topic cannot be changed',
  ],
  [
    'a change of nothing',
    `PATCH ${PUBSUB}/subscriptions/tasks`,
    { subscription: push({}) },
    'update_mask in the request must be set',
  ],
  [
    'a workflow that is none',
    `POST workflows.googleapis.com/v1/${R}/workflows?workflowId=w`,
    { sourceContents: 'main: {}' },
    'main.yaml',
  ],
  ['a job of another place', `POST ${JOBS}`, job({ name: 'projects/p/locations/x/jobs/j' }), `is not of ${R}`],
  [
    'a job with a schedule that is none',
    `POST ${JOBS}`,
    job({ schedule: 'daily' }),
    'Schedule or time zone is invalid',
  ],
  ['a job that gives up at once', `POST ${JOBS}`, job({ attemptDeadline: '1s' }), 'between 15s and 30m'],
  [
    'a job that calls Google with another’s token',
    `POST ${JOBS}`,
    job({
      httpTarget: {
        uri: 'https://run.googleapis.com/v2/x',
        oidcToken: { serviceAccountEmail: 'caller@p.iam.gserviceaccount.com' },
      },
    }),
    'take an oauth_token',
  ],
  ['an alert without conditions', `POST ${ALERTS}`, policy({ conditions: [] }), 'at least one condition'],
  [
    'an alert that does not say how',
    `POST ${ALERTS}`,
    policy({ combiner: 'COMBINE_UNSPECIFIED' }),
    'combiner is required',
  ],
  [
    'an alert to nobody',
    `POST ${ALERTS}`,
    policy({ notificationChannels: ['projects/p/notificationChannels/1'] }),
    'There is no notification channel',
  ],
  [
    'mail without an address',
    'POST monitoring.googleapis.com/v3/projects/p/notificationChannels',
    { type: 'email' },
    'has the label email_address',
  ],
  [
    'a budget of nothing',
    `POST billingbudgets.googleapis.com/v1/${BILLING_ACCOUNT}/budgets`,
    { displayName: 'b' },
    'amount',
  ],
  [
    'a secret that lies nowhere',
    'POST secretmanager.googleapis.com/v1/projects/p/secrets?secretId=s',
    {},
    'replication must be provided',
  ],
  [
    'an API that there is not',
    'POST serviceusage.googleapis.com/v1/projects/42/services/nothing.googleapis.com:enable',
    {},
    'Not found or permission denied',
  ],
])('%s', (_, request, body, message) => {
  test('is refused', () => {
    const refused = call(request, body);
    expect(refused.message).toContain(message);
    expect([400, 403, 404]).toContain(refused.status);
  });
});

test('a channel that an alert names goes only when that is forced', () => {
  const made = call('POST monitoring.googleapis.com/v3/projects/p/notificationChannels', {
    type: 'email',
    labels: { email_address: 'a@x.example' },
  });
  const channel = textAt(made.json, 'name');
  call(`POST ${ALERTS}`, policy({ notificationChannels: [channel] }));
  const url = `DELETE monitoring.googleapis.com/v3/${channel}`;
  expect(call(url)).toMatchObject({ status: 400, message: expect.stringContaining('only with force') as string });
  expect(call(`${url}?force=true`).status).toBe(200);
});

test('what is not implemented is said by its name', () => {
  expect(call(`GET ${FIRESTORE}/data-base/backupSchedules`)).toMatchObject({
    status: 501,
    message: 'google.firestore.admin.v1.FirestoreAdmin.ListBackupSchedules is not implemented by the local cloud.',
  });
});

test('a secret is read by its version, or as the newest', () => {
  const secret = 'secretmanager.googleapis.com/v1/projects/p/secrets/key';
  call('POST secretmanager.googleapis.com/v1/projects/p/secrets?secretId=key', { replication: { automatic: {} } });
  expect(call(`GET ${secret}/versions/latest`).status).toBe(404);
  for (const value of ['one', 'two'])
    call(`POST ${secret}:addVersion`, { payload: { data: Buffer.from(value).toString('base64') } });
  expect(call(`GET ${secret}/versions/latest:access`).json).toEqual({
    name: 'projects/p/secrets/key/versions/2',
    payload: { data: Buffer.from('two').toString('base64') },
  });
  expect(call(`GET ${secret}/versions/1`).json).toMatchObject({ state: 'ENABLED' });
});

test('lists come in pages', () => {
  for (const id of ['a', 'b', 'c']) call(`PUT ${PUBSUB}/topics/page-${id}`, {});
  const names: unknown[] = [];
  for (let token = ''; ;) {
    const { json } = call(`GET ${PUBSUB}/topics?pageSize=2&pageToken=${token}`);
    const topics = json['topics'] as Json[];
    expect(topics.length).toBeLessThanOrEqual(2);
    names.push(...topics.map(({ name }) => name));
    token = textAt(json, 'nextPageToken');
    if (token === '') break;
  }
  expect(names).toEqual(['tasks', 'page-a', 'page-b', 'page-c'].map((id) => `projects/p/topics/${id}`));
  expect(call(`GET ${PUBSUB}/topics?pageToken=x`).message).toContain('Invalid page token');
});
