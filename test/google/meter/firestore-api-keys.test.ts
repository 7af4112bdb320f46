import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { firestoreApiKeys, KEY_CACHE_MS } from '../../../src/google/meter/firestore-api-keys.ts';
import { apiKeyText, readApiKey } from '../../../src/meter/model/api-key.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { steady } from '../../support/steady.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-27T12:00:00Z');

let organizations = 0;

describe('keys of organizations', () => {
  let firestore: FirestoreUnderTest;
  beforeAll(async () => {
    firestore = await firestoreUnderTest({});
  });
  afterAll(() => firestore.close());

  const world = () => {
    let nowMs = START_MS;
    const clock = steady(() => nowMs);
    const instance = () => firestoreApiKeys(firestore.client, clock);
    const pass = (ms: number) => void (nowMs += ms);
    return { organization: `keys-${organizations++}`, instance, pass, keys: instance() };
  };
  const usage = () => {
    const { reads = 0, writes = 0 } = firestore.emulator?.counters() ?? {};
    return { reads, writes };
  };

  test('open with their text, which is stored nowhere, and with nothing else', async () => {
    const { organization, keys } = world();
    const { key, text } = await keys.create(organization, 'developer', 'the robot in Ulm');
    expect(key).toEqual({
      id: key.id,
      organization,
      role: 'developer',
      label: 'the robot in Ulm',
      createdMs: START_MS,
      lastUsedMs: null,
      revokedMs: null,
    });
    expect(await keys.find(text)).toMatchObject({ kind: 'valid', key: { organization, role: 'developer' } });
    const stored = await firestore.client.doc(`orgs/${organization}/keys/${key.id}`).get();
    expect(JSON.stringify(stored.data())).not.toContain(text.split('.')[2]);
    const otherSecret = apiKeyText(organization, key.id, new Uint8Array(32));
    const ofOther = apiKeyText('another', key.id, Buffer.from(text.split('.')[2] ?? '', 'base64url'));
    const neverMade = apiKeyText(organization, '0123456789abcdef', new Uint8Array(32));
    for (const wrong of [otherSecret, ofOther, neverMade, `${text}A`, text.slice(0, -1), 'dm_', ''])
      expect(await keys.find(wrong)).toEqual({ kind: 'unknown' });
  });

  test('that are revoked are known as such at once here, and elsewhere when what is remembered is old', async () => {
    const { organization, keys, instance, pass } = world();
    const elsewhere = instance();
    const { key, text } = await keys.create(organization, 'viewer', '');
    expect((await elsewhere.find(text)).kind).toBe('valid');
    expect((await keys.find(text)).kind).toBe('valid');
    expect(await keys.revoke(organization, key.id)).toMatchObject({ revokedMs: START_MS });
    expect((await keys.find(text)).kind).toBe('revoked');
    pass(KEY_CACHE_MS - 1);
    expect((await elsewhere.find(text)).kind).toBe('valid');
    pass(1);
    expect((await elsewhere.find(text)).kind).toBe('revoked');
    expect(await keys.revoke(organization, key.id)).toMatchObject({ revokedMs: START_MS });
    expect(await keys.revoke(organization, 'feedfeedfeedfeed')).toBeUndefined();
    expect(await keys.revoke(organization, '../../x')).toBeUndefined();
  });

  test('cost one read in 30 s, however many ask at once', async () => {
    const { organization, keys, pass } = world();
    const { text } = await keys.create(organization, 'viewer', '');
    await keys.find(text);
    pass(KEY_CACHE_MS);
    const before = usage();
    await Promise.all(Array.from({ length: 50 }, () => keys.find(text)));
    expect(usage()).toEqual({ ...before, reads: before.reads + 1 });
  });

  test('are noted as used at most once an hour, by whichever instance', async () => {
    const { organization, keys, instance, pass } = world();
    const instances = [keys, instance(), instance()];
    const { text } = await keys.create(organization, 'viewer', '');
    const writesOf = async (act: () => Promise<unknown>) => {
      const { writes } = usage();
      await act();
      return usage().writes - writes;
    };
    const everywhere = () => Promise.all(instances.map((one) => one.find(text)));
    expect(await writesOf(everywhere)).toBe(1);
    expect(await keys.list(organization)).toMatchObject([{ lastUsedMs: START_MS }]);
    pass(HOUR_MS - KEY_CACHE_MS);
    expect(await writesOf(everywhere)).toBe(0);
    pass(KEY_CACHE_MS);
    expect(await writesOf(everywhere)).toBe(1);
    expect(await keys.list(organization)).toMatchObject([{ lastUsedMs: START_MS + HOUR_MS }]);
  });

  test('are not noted as used by who has a wrong secret', async () => {
    const { organization, keys } = world();
    const { key } = await keys.create(organization, 'viewer', '');
    await keys.find(apiKeyText(organization, key.id, new Uint8Array(32)));
    expect(await keys.list(organization)).toMatchObject([{ lastUsedMs: null }]);
  });

  test('are listed for their own organization alone, oldest first', async () => {
    const { organization, keys, pass } = world();
    const other = world();
    await other.keys.create(other.organization, 'admin', 'not mine');
    for (const label of ['first', 'second']) {
      await keys.create(organization, 'viewer', label);
      pass(1);
    }
    expect((await keys.list(organization)).map(({ label }) => label)).toEqual(['first', 'second']);
  });

  test('let nobody in by a document that is no key', async () => {
    const { organization, keys } = world();
    const { key, text } = await keys.create(organization, 'viewer', '');
    await firestore.client.doc(`orgs/${organization}/keys/${key.id}`).update({ role: 'emperor' });
    expect(await keys.find(text)).toEqual({ kind: 'unknown' });
  });
});

test.each(["it's-(an)_org.*!", 'x'.repeat(150)])('the text of a key of %s says whose it is', (organization) => {
  const text = apiKeyText(organization, '0123456789abcdef', new Uint8Array(32).fill(255));
  expect(readApiKey(text)).toEqual({ organization, id: '0123456789abcdef' });
});

test.each(['..', '__proto__', 'a/b', 'ä'])('the text of no key says that it is of %s', (organization) => {
  expect(readApiKey(apiKeyText(organization, '0123456789abcdef', new Uint8Array(32)))).toBeUndefined();
});
