/** What other people have in the project, and in a database that is not a deployment's own: none of it is touched. */
import { expect, test } from 'vitest';
import { cloudTarget } from '../../src/config/cloud-target.ts';
import type { Json } from '../../src/emulators/admin/core/json.ts';
import { deploy, due, look } from '../support/deploying.ts';
import { type GoogleAdmin, googleAdmin } from '../support/google-admin.ts';

const FIRESTORE = 'https://firestore.googleapis.com/v1/projects/acme/databases';
const RULES = 'https://firebaserules.googleapis.com/v1/projects/acme';
const PUBSUB = 'https://pubsub.googleapis.com/v1/projects/acme';
const APIS = ['firestore', 'firebaserules', 'pubsub', 'run', 'storage'];

const THEIRS = 'service cloud.firestore { match /orders/{id} { allow read; } }';

/** Collections of an application, with its index, its exemption and its rules, in the project's default database. */
async function application(google: GoogleAdmin): Promise<void> {
  const by: GoogleAdmin['byHand'] = (method, url, json) => google.byHand(method, url, json);
  await by('POST', `${FIRESTORE}?databaseId=(default)`, { type: 'FIRESTORE_NATIVE', locationId: 'eur3' });
  await google.clock.sleep(60_000);
  await by('POST', `${FIRESTORE}/(default)/collectionGroups/orders/indexes`, {
    queryScope: 'COLLECTION',
    fields: [
      { fieldPath: 'customer', order: 'ASCENDING' },
      { fieldPath: 'at', order: 'DESCENDING' },
    ],
  });
  await by('PATCH', `${FIRESTORE}/(default)/collectionGroups/orders/fields/note?updateMask=indexConfig`, {
    indexConfig: { indexes: [] },
  });
  const { name } = await by('POST', `${RULES}/rulesets`, {
    source: { files: [{ name: 'firestore.rules', content: THEIRS }] },
  });
  await by('POST', `${RULES}/releases`, { name: 'projects/acme/releases/cloud.firestore', rulesetName: name });
  await by('PUT', `${PUBSUB}/topics/orders`, {});
  await by('PUT', `${PUBSUB}/subscriptions/orders`, { topic: 'projects/acme/topics/orders' });
  await google.clock.sleep(600_000);
  // What takes its time has come to its end.
  await by('GET', `${PUBSUB}/topics/orders`);
}

/** All that there is, but for what bears our names. */
const others = ({ world }: GoogleAdmin): Record<string, Json> =>
  Object.fromEntries(
    [...world.resources].filter(([name]) => !/daymill|collectionGroups\/(?!orders\/)|rulesets/.test(name)),
  );

const settings = {
  target: cloudTarget({ name: 'daymill', database: '(default)' }, { project: 'acme', region: 'europe-west1' }),
};

test('a database that the settings name gets indexes, and keeps its rules, its place and all that is in it', async () => {
  const google = googleAdmin({ apis: APIS });
  await application(google);
  const before = structuredClone(others(google));
  expect(Object.keys(before).length).toBeGreaterThan(4);
  await deploy(google, { settings });
  expect(others(google)).toMatchObject(before);
  const { rulesetName } = await google.byHand('GET', `${RULES}/releases/cloud.firestore`);
  const ruleset = await google.byHand('GET', `https://firebaserules.googleapis.com/v1/${String(rulesetName)}`);
  expect(ruleset).toMatchObject({ source: { files: [{ content: THEIRS }] } });
  const indexes = await google.byHand('GET', `${FIRESTORE}/(default)/collectionGroups/orders/indexes`);
  expect(indexes['indexes']).toHaveLength(1);
  const ours = `${FIRESTORE}/(default)/collectionGroups/computation_audit_ledger/indexes`;
  expect((await google.byHand('GET', ours))['indexes']).toHaveLength(1);
  expect(google.changes.filter((call) => /PATCH.*databases\/\(default\)$|DELETE|cloud\.firestore/.test(call))).toEqual(
    [],
  );
  expect(due(await look(google, { settings }))).toEqual([]);
});

test('a database of its own leaves the default one, and its rules, alone', async () => {
  const google = googleAdmin({ apis: APIS });
  await application(google);
  const before = structuredClone(others(google));
  await deploy(google);
  expect(others(google)).toMatchObject(before);
  const release = await google.byHand('GET', `${RULES}/releases/cloud.firestore/daymill`);
  expect(release['rulesetName']).not.toBe(
    (await google.byHand('GET', `${RULES}/releases/cloud.firestore`))['rulesetName'],
  );
});
