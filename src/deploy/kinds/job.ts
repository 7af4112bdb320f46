/** A job of Cloud Scheduler. When it runs is people's; what it calls is ours. https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
import { topLevel } from '../differences.ts';
import { type Kind, parentOf } from './kind.ts';

const HOST = 'https://cloudscheduler.googleapis.com/v1';

export const job: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body, initial }, { api }) {
    await api.send('POST', `${HOST}/${parentOf(name)}`, { name, ...initial, ...body });
  },
  async update({ name, body }, fields, _live, { api }) {
    await api.send('PATCH', `${HOST}/${name}?updateMask=${topLevel(fields).join(',')}`, { name, ...body });
  },
};
