/** Alert policies, who is told, and how many messages wait: https://cloud.google.com/monitoring/api/ref_v3/rest */
import { ApiError } from '../../rest-server.ts';
import { collectionMethods } from '../core/collection-methods.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { fullName, listIn, needsOfProject } from '../core/resources.ts';
import { projectOf, type World } from '../core/world.ts';

const HOST = 'monitoring.googleapis.com';
const UNDELIVERED = 'pubsub.googleapis.com/subscription/num_undelivered_messages';

const digits = (_: Json, world: World): string => String(Math.floor(world.random() * 1e15));

interface Condition {
  readonly name?: string;
  readonly displayName?: string;
}

/** https://cloud.google.com/monitoring/alerts/policies-in-api @throws {ApiError} INVALID_ARGUMENT, NOT_FOUND */
function finishPolicy(policy: Json, world: World): Json {
  const conditions = (policy['conditions'] ?? []) as readonly Condition[];
  if (textAt(policy, 'displayName') === '') throw invalid('display_name is required');
  if (conditions.length === 0) throw invalid('a policy has at least one condition');
  if (conditions.some(({ displayName = '' }) => displayName === '')) throw invalid('each condition has a display_name');
  if (policy['combiner'] === undefined) throw invalid('combiner is required');
  for (const channel of (policy['notificationChannels'] ?? []) as readonly string[])
    if (!world.resources.has(fullName(HOST, channel)))
      throw new ApiError('NOT_FOUND', `There is no notification channel ${channel}.`);
  return {
    enabled: true,
    ...policy,
    conditions: conditions.map((one) =>
      Object.assign({}, one, { name: one.name ?? `${textAt(policy, 'name')}/conditions/${digits({}, world)}` }),
    ),
    creationRecord: policy['creationRecord'] ?? { mutateTime: world.time() },
    mutationRecord: { mutateTime: world.time() },
  };
}

/** Labels by kind of channel: https://cloud.google.com/monitoring/alerts/using-channels-api */
const CHANNELS: Readonly<Record<string, string>> = {
  email: 'email_address',
  pubsub: 'topic',
  sms: 'number',
  slack: 'channel_name',
  webhook_tokenauth: 'url',
};

function finishChannel(channel: Json, world: World): Json {
  const label = CHANNELS[textAt(channel, 'type')];
  if (label === undefined) throw invalid(`there is no kind of channel "${textAt(channel, 'type')}"`);
  if (textAt(channel, `labels.${label}`) === '') throw invalid(`a channel of this kind has the label ${label}`);
  return { enabled: true, creationRecord: { mutateTime: world.time() }, ...channel };
}

const invalid = (why: string): ApiError => new ApiError('INVALID_ARGUMENT', `Field had an invalid value: ${why}.`);

/** Only of what waits in a subscription, its newest point. */
function timeSeries({ world, request }: Call): Json {
  const filter = textAt(request, 'filter');
  const metric = /metric\.type\s*=\s*"([^"]+)"/.exec(filter)?.[1];
  const id = /resource\.labels?\.subscription_id\s*=\s*"([^"]+)"/.exec(filter)?.[1] ?? '';
  if (metric === undefined) throw invalid('the filter names no metric');
  const waiting = world.backlogs.get(`projects/${world.projectId}/subscriptions/${id}`);
  if (metric !== UNDELIVERED || waiting === undefined) return {};
  const value = { int64Value: String(waiting) };
  const interval = { startTime: world.time(), endTime: world.time() };
  const resource = { type: 'pubsub_subscription', labels: { subscription_id: id, project_id: world.projectId } };
  return {
    timeSeries: [
      { metric: { type: metric }, resource, metricKind: 'GAUGE', valueType: 'INT64', points: [{ interval, value }] },
    ],
  };
}

const alertPolicies = collectionMethods({
  host: HOST,
  collection: 'alertPolicies',
  member: 'alertPolicy',
  type: 'google.monitoring.v3.AlertPolicy',
  prefix: 'monitoring.alertPolicies',
  parent: 'name',
  of: (_, world) => projectOf(world),
  idOf: digits,
  finish: finishPolicy,
});

const channels = collectionMethods({
  host: HOST,
  collection: 'notificationChannels',
  member: 'notificationChannel',
  type: 'google.monitoring.v3.NotificationChannel',
  prefix: 'monitoring.notificationChannels',
  parent: 'name',
  of: (_, world) => projectOf(world),
  idOf: digits,
  finish: finishChannel,
});

/** One that alert policies name goes only with `force`: https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.notificationChannels/delete */
function deleteChannel(call: Call): Json {
  const { world, request } = call;
  const name = textAt(request, 'name');
  const user = listIn(world, HOST, `projects/${world.projectId}/alertPolicies`).find((policy) =>
    ((policy['notificationChannels'] ?? []) as readonly string[]).includes(name),
  );
  if (user !== undefined && request['force'] !== true)
    throw new ApiError('FAILED_PRECONDITION', `${name} is named by ${textAt(user, 'name')}, and goes only with force.`);
  return channels.delete.answer(call);
}

const POLICIES = 'google.monitoring.v3.AlertPolicyService';
const CHANNEL_SERVICE = 'google.monitoring.v3.NotificationChannelService';

export const monitoring: AdminApi = {
  service: HOST,
  methods: {
    [`${POLICIES}.CreateAlertPolicy`]: alertPolicies.create,
    [`${POLICIES}.GetAlertPolicy`]: alertPolicies.get,
    [`${POLICIES}.ListAlertPolicies`]: alertPolicies.list,
    [`${POLICIES}.UpdateAlertPolicy`]: alertPolicies.update,
    [`${POLICIES}.DeleteAlertPolicy`]: alertPolicies.delete,
    [`${CHANNEL_SERVICE}.CreateNotificationChannel`]: channels.create,
    [`${CHANNEL_SERVICE}.GetNotificationChannel`]: channels.get,
    [`${CHANNEL_SERVICE}.ListNotificationChannels`]: channels.list,
    [`${CHANNEL_SERVICE}.UpdateNotificationChannel`]: channels.update,
    [`${CHANNEL_SERVICE}.DeleteNotificationChannel`]: { needs: channels.delete.needs, answer: deleteChannel },
    'google.monitoring.v3.MetricService.ListTimeSeries': {
      needs: needsOfProject('monitoring.timeSeries.list'),
      answer: timeSeries,
    },
  },
};
