/** Topics and subscriptions as resources, and who may use them: https://cloud.google.com/pubsub/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call, Need } from '../core/method.ts';
import { accountName } from '../core/policies.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { protos } from '../core/protos.ts';
import { assertNew, find, fullName, listIn, needs, needsOfProject, pageOf, put, remove } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';

export const HOST = 'pubsub.googleapis.com';
const PUBLISHER = 'google.pubsub.v1.Publisher';
const SUBSCRIBER = 'google.pubsub.v1.Subscriber';

/** https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
const ID = /\/(?!goog)[a-zA-Z][-\w.~+%]{2,254}$/;

/** What never changes once it is there. */
const FIXED = new Set(['name', 'topic', 'enableMessageOrdering', 'filter']);

function assertName(name: string): void {
  if (!ID.test(name)) throw new ApiError('INVALID_ARGUMENT', `Invalid resource name given (name=${name}).`);
}

function createTopic({ world, request }: Call): Json {
  const name = textAt(request, 'name');
  assertName(name);
  assertNew(world, HOST, name);
  return put(world, HOST, name, request);
}

const topicNeeds = (request: Json, world: World): Need[] => [
  ...needsOfProject('pubsub.subscriptions.create')(request, world),
  ...needs(HOST, 'pubsub.topics.attachSubscription', 'topic')(request),
  ...actAs(request, world),
];

/** Whoever has messages pushed as an account must be allowed to be it. */
function actAs(subscription: Json, world: World): Need[] {
  const email = textAt(subscription, 'pushConfig.oidcToken.serviceAccountEmail');
  return email === '' ? [] : [{ permission: 'iam.serviceAccounts.actAs', on: accountName(world, email) }];
}

function createSubscription({ world, request }: Call): Json {
  const name = textAt(request, 'name');
  assertName(name);
  assertNew(world, HOST, name);
  check(world, request);
  return put(world, HOST, name, {
    ackDeadlineSeconds: 10,
    messageRetentionDuration: '604800s',
    expirationPolicy: { ttl: '2678400s' },
    pushConfig: {},
    ...request,
    state: 'ACTIVE',
  });
}

/** https://cloud.google.com/pubsub/quotas#resource_limits @throws {ApiError} */
function check(world: World, subscription: Json): void {
  find(world, HOST, textAt(subscription, 'topic'));
  const deadline = Number(subscription['ackDeadlineSeconds'] ?? 10);
  if (deadline < 10 || deadline > 600)
    throw new ApiError('INVALID_ARGUMENT', `Invalid ack deadline given (ack_deadline_secs=${deadline}): 10 to 600.`);
  const letters = subscription['deadLetterPolicy'] as Json | undefined;
  if (letters !== undefined) {
    const attempts = Number(letters['maxDeliveryAttempts'] ?? 5);
    if (attempts < 5 || attempts > 100)
      throw new ApiError('INVALID_ARGUMENT', `max_delivery_attempts is 5 to 100, not ${attempts}.`);
    find(world, HOST, textAt(letters, 'deadLetterTopic'));
  }
  const endpoint = textAt(subscription, 'pushConfig.pushEndpoint');
  if (endpoint !== '' && !endpoint.startsWith('https://'))
    throw new ApiError('INVALID_ARGUMENT', `Invalid push endpoint given (endpoint=${endpoint}).`);
}

function update(type: string, member: string) {
  return ({ world, request }: Call): Json => {
    const given = (request[member] ?? {}) as Json;
    const mask = textAt(request, 'updateMask');
    if (mask === '') throw new ApiError('INVALID_ARGUMENT', 'The update_mask in the request must be set.');
    const live = find(world, HOST, textAt(given, 'name'));
    const paths = pathsOf(protos().lookupType(`google.pubsub.v1.${type}`), mask, given);
    const fixed = paths.find((path) => FIXED.has(path));
    if (fixed !== undefined)
      throw new ApiError('INVALID_ARGUMENT', `Invalid update_mask provided: ${fixed} cannot be changed.`);
    const next = changed(live, given, paths);
    if (member === 'subscription') check(world, next);
    return put(world, HOST, textAt(live, 'name'), next);
  };
}

const subscriptionsOf = (world: World, topic: string): string[] =>
  listIn(world, HOST, `projects/${world.projectId}/subscriptions`)
    .filter((one) => one['topic'] === topic)
    .map((one) => textAt(one, 'name'));

/** Subscriptions outlive their topic. */
function deleteTopic({ world, request }: Call): Json {
  const topic = textAt(request, 'topic');
  remove(world, HOST, topic);
  for (const name of subscriptionsOf(world, topic))
    put(world, HOST, name, { ...find(world, HOST, name), topic: '_deleted-topic_' });
  return {};
}

const policies = policyMethods(
  (request) => {
    const name = textAt(request, 'resource');
    return { prefix: `pubsub.${name.split('/')[2]}`, of: fullName(HOST, name) };
  },
  (world, of) => find(world, HOST, of.replace(`//${HOST}/`, '')),
);

export const pubsubAdmin: AdminApi = {
  service: HOST,
  methods: {
    [`${PUBLISHER}.CreateTopic`]: { needs: needsOfProject('pubsub.topics.create'), answer: createTopic },
    [`${PUBLISHER}.GetTopic`]: {
      needs: needs(HOST, 'pubsub.topics.get', 'topic'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'topic')),
    },
    [`${PUBLISHER}.UpdateTopic`]: {
      needs: needs(HOST, 'pubsub.topics.update', 'topic.name'),
      answer: update('Topic', 'topic'),
    },
    [`${PUBLISHER}.ListTopics`]: {
      needs: needsOfProject('pubsub.topics.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'project')}/topics`), request, 'topics'),
    },
    [`${PUBLISHER}.ListTopicSubscriptions`]: {
      needs: needs(HOST, 'pubsub.topics.get', 'topic'),
      answer: ({ world, request }) => {
        find(world, HOST, textAt(request, 'topic'));
        return pageOf(subscriptionsOf(world, textAt(request, 'topic')), request, 'subscriptions');
      },
    },
    [`${PUBLISHER}.DeleteTopic`]: { needs: needs(HOST, 'pubsub.topics.delete', 'topic'), answer: deleteTopic },
    [`${SUBSCRIBER}.CreateSubscription`]: { needs: topicNeeds, answer: createSubscription },
    [`${SUBSCRIBER}.GetSubscription`]: {
      needs: needs(HOST, 'pubsub.subscriptions.get', 'subscription'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'subscription')),
    },
    [`${SUBSCRIBER}.UpdateSubscription`]: {
      needs: (request, world) => [
        ...needs(HOST, 'pubsub.subscriptions.update', 'subscription.name')(request),
        ...actAs((valueAt(request, 'subscription') ?? {}) as Json, world),
      ],
      answer: update('Subscription', 'subscription'),
    },
    [`${SUBSCRIBER}.ListSubscriptions`]: {
      needs: needsOfProject('pubsub.subscriptions.list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${textAt(request, 'project')}/subscriptions`), request, 'subscriptions'),
    },
    [`${SUBSCRIBER}.DeleteSubscription`]: {
      needs: needs(HOST, 'pubsub.subscriptions.delete', 'subscription'),
      answer: ({ world, request }) => {
        remove(world, HOST, textAt(request, 'subscription'));
        return {};
      },
    },
    'mixins.PubsubPolicies.GetIamPolicy': policies.GetIamPolicy,
    'mixins.PubsubPolicies.SetIamPolicy': policies.SetIamPolicy,
    'mixins.PubsubPolicies.TestIamPermissions': policies.TestIamPermissions,
  },
};
