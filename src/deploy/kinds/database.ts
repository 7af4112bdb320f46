/** A Firestore database. Never removed. https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases */
import { topLevel } from '../differences.ts';
import { shortName } from '../resource.ts';
import { type Kind, parentOf } from './kind.ts';

const HOST = 'https://firestore.googleapis.com/v1';

export const database: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body, initial }, { api }) {
    const url = `${HOST}/${parentOf(name)}?databaseId=${encodeURIComponent(shortName(name))}`;
    await api.finish(HOST, await api.send('POST', url, { ...initial, ...body }));
  },
  async update({ name, body }, fields, _live, { api }) {
    const operation = await api.send('PATCH', `${HOST}/${name}?updateMask=${topLevel(fields).join(',')}`, {
      name,
      ...body,
    });
    await api.finish(HOST, operation);
  },
};
