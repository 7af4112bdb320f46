import { afterAll, beforeAll, expect, test } from 'vitest';
import { firestoreLimits, LIMITS_CACHE_MS } from '../../../src/google/meter/firestore-limits.ts';
import { DEFAULT_LIMITS } from '../../../src/meter/model/limits.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';

let firestore: FirestoreUnderTest;
beforeAll(async () => {
  firestore = await firestoreUnderTest();
});
afterAll(() => firestore.close());

const DEFAULTS = { ...DEFAULT_LIMITS, ingestion_rate: 7, request_rate: 9 };

function world() {
  let nowMs = 0;
  const warned = new Set<unknown>();
  const limits = firestoreLimits(firestore.client, {
    defaults: DEFAULTS,
    clock: { elapsed: () => nowMs },
    log: { warn: ({ member }) => void warned.add(member) },
  });
  const document = firestore.document();
  const say = (own: unknown) => firestore.client.doc(`orgs/${document.parent.id}`).set({ limits: own });
  return { limits, organization: document.parent.id, say, warned, pass: (ms: number) => void (nowMs += ms) };
}

test('an organization that says nothing has the limits of the project', async () => {
  const { limits, organization } = world();
  expect(await limits.of(organization)).toEqual(DEFAULTS);
});

test('what an organization says goes before it, once what is remembered is old', async () => {
  const { limits, organization, say, pass } = world();
  await limits.of(organization);
  await say({ request_rate: 20 });
  pass(LIMITS_CACHE_MS - 1);
  expect(await limits.of(organization)).toEqual(DEFAULTS);
  pass(1);
  expect(await limits.of(organization)).toEqual({ ...DEFAULTS, request_rate: 20 });
});

test('what is no limit is said, and leaves that of the project', async () => {
  const { limits, organization, say, warned, pass } = world();
  await say({ request_rate: -1, ingestion_rate: '5', max_runtimes: 3, constructor: 4, max_speed: 5 });
  expect(await limits.of(organization)).toEqual({ ...DEFAULTS, max_runtimes: 3 });
  expect(warned).toEqual(
    new Set(['constructor', 'ingestion_rate', 'max_speed', 'request_rate'].map((name) => `limits.${name}`)),
  );
  await say('many');
  pass(LIMITS_CACHE_MS);
  expect(await limits.of(organization)).toEqual(DEFAULTS);
});
