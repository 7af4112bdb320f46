/** Topics, and what delivers their messages to workers. */
import type { Resource } from '../resource.ts';
import { ACK_DEADLINE_SECONDS, type Service } from '../services.ts';
import { viewers } from './rights.ts';
import { member, type Plan, pubsubAgent } from './wanted.ts';

/** Pub/Sub's most. A task that is held by another worker waits by being refused, so attempts are no sign of trouble. */
const MAX_DELIVERY_ATTEMPTS = 100;

/** Pub/Sub's longest, for what nobody has looked at yet. */
const DEAD_LETTERS_KEPT = '2678400s';

export interface Delivery {
  readonly service: Service;
  readonly topic: string;
  readonly subscription: string;
}

/** One a tier. */
export const deliveriesOf = ({ services, names }: Plan): Delivery[] =>
  services.flatMap((service) => {
    if (service.tier === undefined) return [];
    const { topic } = service.tier;
    return [{ service, topic: names.topic(topic), subscription: names.subscription(`${topic}-push`) }];
  });

export const topics = (plan: Plan): Resource[] => [
  ...deliveriesOf(plan).map(({ service, topic }) => topicOf(plan, topic, `tasks of the tier ${service.tier?.name}`)),
  topicOf(plan, plan.names.topic(plan.names.deadLetters), 'messages that no worker took'),
];

const topicOf = ({ labels }: Plan, name: string, why: string): Resource => ({
  kind: 'topic',
  name,
  wave: 'stores',
  why,
  body: { labels },
});

export const subscriptions = (plan: Plan): Resource[] => [
  {
    kind: 'subscription',
    name: plan.names.subscription(plan.names.deadLetters),
    // Before anything can end there: a topic without a subscription loses what it gets.
    wave: 'rights',
    why: 'keeps dead letters for 31 days',
    body: {
      topic: plan.names.topic(plan.names.deadLetters),
      ackDeadlineSeconds: 60,
      messageRetentionDuration: DEAD_LETTERS_KEPT,
      expirationPolicy: {},
      labels: plan.labels,
    },
  },
  ...deliveriesOf(plan).map((delivery) => push(plan, delivery)),
];

function push(plan: Plan, { service, topic, subscription }: Delivery): Resource {
  const root = plan.names.url(service.id, plan.number);
  return {
    kind: 'subscription',
    name: subscription,
    wave: 'deliveries',
    why: `pushes to ${service.id}`,
    body: {
      topic,
      pushConfig: {
        // The framework takes the topic from the path, and complains of each message that has none.
        pushEndpoint: `${root}/${topic}`,
        // The root, without a path: of anything else Cloud Run says 401.
        oidcToken: { serviceAccountEmail: plan.names.email('push'), audience: root },
      },
      ackDeadlineSeconds: ACK_DEADLINE_SECONDS,
      retryPolicy: { minimumBackoff: '10s', maximumBackoff: '600s' },
      deadLetterPolicy: {
        deadLetterTopic: plan.names.topic(plan.names.deadLetters),
        maxDeliveryAttempts: MAX_DELIVERY_ATTEMPTS,
      },
      // Empty is for ever: by default Pub/Sub removes what was quiet for 31 days.
      expirationPolicy: {},
      labels: plan.labels,
    },
  };
}

/** Without these, Pub/Sub delivers nothing and says nothing. */
export const deliveryRights = (plan: Plan): Resource[] => [
  {
    kind: 'policy',
    name: `${plan.names.project}/serviceAccounts/${plan.names.email('push')}`,
    wave: 'rights',
    why: 'Pub/Sub may make tokens of it, and of no other account',
    body: { bindings: [{ role: 'roles/iam.serviceAccountTokenCreator', members: [pubsubAgent(plan)] }] },
  },
  {
    kind: 'policy',
    name: plan.names.topic(plan.names.deadLetters),
    wave: 'rights',
    why: 'Pub/Sub may give messages up',
    body: { bindings: [{ role: 'roles/pubsub.publisher', members: [pubsubAgent(plan)] }] },
  },
  ...deliveriesOf(plan).flatMap(({ service, topic, subscription }): Resource[] => [
    {
      kind: 'policy',
      name: topic,
      wave: 'rights',
      why: `who may send tasks to ${service.id}`,
      body: {
        bindings: [
          {
            role: 'roles/pubsub.publisher',
            // A worker sends what is too large for it to the next tier; by the page people replay what was given up.
            members: [member(plan.names.email('plan')), member(plan.names.email('work')), ...viewers(plan)],
          },
        ],
      },
    },
    {
      kind: 'policy',
      name: subscription,
      wave: 'workflow',
      why: 'Pub/Sub may take from it what is given up',
      body: { bindings: [{ role: 'roles/pubsub.subscriber', members: [pubsubAgent(plan)] }] },
    },
  ]),
];
