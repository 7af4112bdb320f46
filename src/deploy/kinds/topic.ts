/** A topic of Pub/Sub. https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics */
import { topLevel } from '../differences.ts';
import { LABEL } from '../resource.ts';
import { type Kind, type Labelled, listAll, merged } from './kind.ts';

const HOST = 'https://pubsub.googleapis.com/v1';

export const topic: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body }, { api }) {
    await api.send('PUT', `${HOST}/${name}`, body);
  },
  async update({ name, body }, fields, live, { api }) {
    const topic = { name, ...body, labels: merged(live['labels'], body['labels']) };
    await api.send('PATCH', `${HOST}/${name}`, { topic, updateMask: topLevel(fields).join(',') });
  },
  labelled: async ({ api, projectId }) =>
    labelledOf(await listAll(api, `${HOST}/projects/${projectId}/topics`, 'topics')),
  async remove(name, { api }) {
    const { subscriptions = [] } = (await api.get(`${HOST}/${name}/subscriptions`)) as { subscriptions?: string[] };
    // What is in it lies in its subscriptions: with none there is nothing to lose.
    if (subscriptions.length > 0) return `it has subscriptions: ${subscriptions.join(', ')}`;
    await api.send('DELETE', `${HOST}/${name}`);
    return undefined;
  },
};

/** Of a list, those that bear our label. */
export const labelledOf = (resources: readonly { readonly [member: string]: unknown }[]): Labelled[] =>
  resources.flatMap(({ name, labels }) => {
    const owner = (labels as Readonly<Record<string, string>> | undefined)?.[LABEL];
    return owner === undefined ? [] : [{ name: String(name), owner }];
  });
