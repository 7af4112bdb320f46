/** A repository of images. https://cloud.google.com/artifact-registry/docs/reference/rest/v1/projects.locations.repositories */
import { topLevel } from '../differences.ts';
import { shortName } from '../resource.ts';
import { type Kind, merged, parentOf } from './kind.ts';

const HOST = 'https://artifactregistry.googleapis.com/v1';

export const repository: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body, initial }, { api }) {
    const url = `${HOST}/${parentOf(name)}?repositoryId=${shortName(name)}`;
    await api.finish(HOST, await api.send('POST', url, { ...initial, ...body }));
  },
  async update({ name, body }, fields, live, { api }) {
    const changed = { name, ...body, labels: merged(live['labels'], body['labels']) };
    await api.send('PATCH', `${HOST}/${name}?updateMask=${topLevel(fields).join(',')}`, changed);
  },
};
