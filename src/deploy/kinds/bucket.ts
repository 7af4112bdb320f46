/** A bucket of Cloud Storage. https://cloud.google.com/storage/docs/json_api/v1/buckets */
import { topLevel } from '../differences.ts';
import type { Kind } from './kind.ts';

const HOST = 'https://storage.googleapis.com/storage/v1/b';

export const bucket: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body, initial }, { api, projectId }) {
    await api.send('POST', `${HOST}?project=${projectId}`, { name, ...initial, ...body });
  },
  async update({ name, body }, fields, _live, { api }) {
    // Labels that are not named stay.
    await api.send(
      'PATCH',
      `${HOST}/${name}`,
      Object.fromEntries(topLevel(fields).map((member) => [member, body[member]])),
    );
  },
};
