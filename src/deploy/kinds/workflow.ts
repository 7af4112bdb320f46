/** A workflow. Executions under way keep the revision that they began with. https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows */
import { topLevel } from '../differences.ts';
import { shortName } from '../resource.ts';
import { type Kind, listAll, merged, parentOf } from './kind.ts';
import { labelledOf } from './topic.ts';

const HOST = 'https://workflows.googleapis.com/v1';

export const workflow: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body }, { api }) {
    await api.finish(HOST, await api.send('POST', `${HOST}/${parentOf(name)}?workflowId=${shortName(name)}`, body));
  },
  async update({ name, body }, fields, live, { api }) {
    const changed = { name, ...body, labels: merged(live['labels'], body['labels']) };
    await api.finish(
      HOST,
      await api.send('PATCH', `${HOST}/${name}?updateMask=${topLevel(fields).join(',')}`, changed),
    );
  },
  labelled: async ({ api, projectId, region }) =>
    labelledOf(await listAll(api, `${HOST}/projects/${projectId}/locations/${region}/workflows`, 'workflows')),
  async remove(name, { api }) {
    await api.finish(HOST, await api.send('DELETE', `${HOST}/${name}`));
    return undefined;
  },
};
