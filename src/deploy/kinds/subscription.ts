/** A subscription of Pub/Sub: never made anew, since that would lose what is in it. https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions */
import type { Api } from '../google/api.ts';
import { topLevel } from '../differences.ts';
import { GoogleError, isDisabled } from '../google/google-error.ts';
import { shortName } from '../resource.ts';
import { type Kind, listAll, merged, parentOf } from './kind.ts';
import { labelledOf } from './topic.ts';

const HOST = 'https://pubsub.googleapis.com/v1';
const MONITORING = 'https://monitoring.googleapis.com/v3';

/** Metrics lag behind by minutes: the newest point of these is taken. */
const LOOK_BACK_MS = 900_000;

export const subscription: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body }, { api }) {
    await api.send('PUT', `${HOST}/${name}`, body);
  },
  async update({ name, body }, fields, live, { api }) {
    const subscription = { name, ...body, labels: merged(live['labels'], body['labels']) };
    await api.send('PATCH', `${HOST}/${name}`, { subscription, updateMask: topLevel(fields).join(',') });
  },
  labelled: async ({ api, projectId }) =>
    labelledOf(await listAll(api, `${HOST}/projects/${projectId}/subscriptions`, 'subscriptions')),
  async remove(name, { api }) {
    const waiting = await backlog(name, api);
    if (typeof waiting === 'string') return `nobody can say whether messages wait in it${waiting}`;
    if (waiting > 0) return `${waiting} messages wait in it`;
    await api.send('DELETE', `${HOST}/${name}`);
    return undefined;
  },
};

interface Point {
  readonly value?: { readonly int64Value?: string };
}

/** Messages that were not acknowledged; text: why nobody can say. */
async function backlog(name: string, api: Api): Promise<number | string> {
  const project = parentOf(parentOf(name));
  const filter = `metric.type="pubsub.googleapis.com/subscription/num_undelivered_messages" AND resource.labels.subscription_id="${shortName(name)}"`;
  const now = api.clock.now();
  const interval = `interval.startTime=${new Date(now - LOOK_BACK_MS).toISOString()}&interval.endTime=${new Date(now).toISOString()}`;
  const url = `${MONITORING}/${project}/timeSeries?filter=${encodeURIComponent(filter)}&${interval}`;
  try {
    const answer = await api.get(url, { disabledThrows: true });
    const [series] = (answer?.['timeSeries'] as readonly { readonly points?: readonly Point[] }[] | undefined) ?? [];
    const newest = series?.points?.[0]?.value?.int64Value;
    return newest === undefined ? '' : Number(newest);
  } catch (thrown) {
    if (!(thrown instanceof GoogleError) || thrown.httpStatus !== 403) throw thrown;
    return isDisabled(thrown) ? ': the API monitoring.googleapis.com is not enabled' : `: ${thrown.message}`;
  }
}
