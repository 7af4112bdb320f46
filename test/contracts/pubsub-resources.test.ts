/** Topics and subscriptions, seen by the official client. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Topic } from '@google-cloud/pubsub';
import type { PubsubUnderTest } from '../support/pubsub-under-test.ts';
import { pubsubUnderTest } from '../support/pubsub-under-test.ts';

/** gRPC status codes. */
const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** Never called: nothing is published in this suite. */
const ENDPOINT = 'http://127.0.0.1:9/push';

describe('topics and subscriptions', () => {
  let cloud: PubsubUnderTest;
  beforeAll(async () => {
    cloud = await pubsubUnderTest();
  });
  afterAll(() => cloud.close());

  const newTopic = async (): Promise<Topic> => (await cloud.client.createTopic(cloud.unique('topic')))[0];

  test('a topic is made once, found, listed and deleted', async () => {
    const topic = await newTopic();
    expect(await topic.exists()).toEqual([true]);
    await expect(cloud.client.createTopic(topic.name)).rejects.toMatchObject({ code: ALREADY_EXISTS });
    const [topics] = await cloud.client.getTopics();
    expect(topics.map(({ name }) => name)).toContain(topic.name);
    await topic.delete();
    expect(await topic.exists()).toEqual([false]);
    await expect(topic.delete()).rejects.toMatchObject({ code: NOT_FOUND });
  });

  test('a list longer than a page arrives in full', async () => {
    const topic = await newTopic();
    const names = Array.from({ length: 5 }, (_, index) => cloud.unique(`page-${index}`));
    for (const name of names) await topic.createSubscription(name);
    const listed: string[] = [];
    const pageSizes: number[] = [];
    for (let pageToken = ''; pageSizes.length === 0 || pageToken !== '';) {
      const page = { pageSize: 2, pageToken, autoPaginate: false };
      const [subscriptions, , response] = await cloud.client.getSubscriptions(page);
      listed.push(...subscriptions.map(({ name }) => name.split('/').at(-1) as string));
      pageSizes.push(subscriptions.length);
      pageToken = response?.nextPageToken ?? '';
    }
    expect(Math.max(...pageSizes)).toBe(2);
    expect(new Set(listed).size).toBe(listed.length);
    expect(listed).toEqual(expect.arrayContaining(names));
    const [all] = await cloud.client.getSubscriptions();
    expect(all.map(({ name }) => name.split('/').at(-1))).toEqual(expect.arrayContaining(names));
  });

  test('a subscription keeps what it was made with and fills in the defaults', async () => {
    const topic = await newTopic();
    const [subscription] = await topic.createSubscription(cloud.unique('sub'), {
      pushEndpoint: ENDPOINT,
      ackDeadlineSeconds: 60,
      filter: 'attributes.a = "b"',
      labels: { team: 'metrics' },
      retryPolicy: { minimumBackoff: { seconds: 5 }, maximumBackoff: { seconds: 60 } },
    });
    const [metadata] = await subscription.getMetadata();
    expect(metadata).toMatchObject({
      topic: topic.name,
      pushConfig: { pushEndpoint: ENDPOINT },
      ackDeadlineSeconds: 60,
      filter: 'attributes.a = "b"',
      labels: { team: 'metrics' },
      retryPolicy: { minimumBackoff: { seconds: '5' }, maximumBackoff: { seconds: '60' } },
      messageRetentionDuration: { seconds: '604800' },
      deadLetterPolicy: null,
    });
    const [plain] = await topic.createSubscription(cloud.unique('plain'));
    expect((await plain.getMetadata())[0]).toMatchObject({ ackDeadlineSeconds: 10, pushConfig: { pushEndpoint: '' } });
  });

  test('its push endpoint can be changed', async () => {
    const topic = await newTopic();
    const options = { pushEndpoint: ENDPOINT, ackDeadlineSeconds: 60 };
    const [subscription] = await topic.createSubscription(cloud.unique('sub'), options);
    await subscription.modifyPushConfig({ pushEndpoint: `${ENDPOINT}/2` });
    expect((await subscription.getMetadata())[0]).toMatchObject({
      ackDeadlineSeconds: 60,
      pushConfig: { pushEndpoint: `${ENDPOINT}/2` },
    });
  });

  test('a subscription outlives its topic', async () => {
    const topic = await newTopic();
    const [subscription] = await topic.createSubscription(cloud.unique('sub'));
    await topic.delete();
    expect((await subscription.getMetadata())[0]?.topic).toBe('_deleted-topic_');
    await subscription.delete();
    expect(await subscription.exists()).toEqual([false]);
  });

  test('lists of what was never made are empty', async () => {
    expect((await cloud.client.getSnapshots())[0]).toEqual([]);
    expect(await Array.fromAsync(cloud.client.listSchemas())).toEqual([]);
  });

  test('what is not there answers NOT_FOUND, what is wrong INVALID_ARGUMENT', async () => {
    const { client } = cloud;
    const topic = await newTopic();
    const nowhere = client.topic(cloud.unique('nowhere'));
    const message = { data: Buffer.from('x') };
    await expect(nowhere.publishMessage(message)).rejects.toMatchObject({ code: NOT_FOUND });
    await expect(nowhere.createSubscription(cloud.unique('sub'))).rejects.toMatchObject({ code: NOT_FOUND });
    await expect(client.subscription(cloud.unique('none')).getMetadata()).rejects.toMatchObject({ code: NOT_FOUND });
    await expect(client.createTopic('goog-topic')).rejects.toMatchObject({ code: INVALID_ARGUMENT });
    await expect(client.createTopic('ab')).rejects.toMatchObject({ code: INVALID_ARGUMENT });
    await expect(topic.publishMessage({ data: Buffer.alloc(0) })).rejects.toMatchObject({ code: INVALID_ARGUMENT });
    await expect(topic.publishMessage({ ...message, attributes: { ['k'.repeat(257)]: 'v' } })).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
    });
    await expect(topic.createSubscription(cloud.unique('sub'), { ackDeadlineSeconds: 9 })).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
    });
    await expect(topic.createSubscription(cloud.unique('sub'), { filter: 'a = b' })).rejects.toMatchObject({
      code: INVALID_ARGUMENT,
    });
  });
});
