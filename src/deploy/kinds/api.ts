/** An API of Google's that is enabled for the project. https://cloud.google.com/service-usage/docs/reference/rest/v1/services */
import { shortName } from '../resource.ts';
import type { Kind } from './kind.ts';

const HOST = 'https://serviceusage.googleapis.com/v1';

export const api: Kind = {
  async read({ name }, { api }) {
    const found = await api.get(`${HOST}/${name}`);
    return found?.['state'] === 'ENABLED' ? found : undefined;
  },
  async create({ name }, { api, projectNumber }) {
    const operation = await api.send(
      'POST',
      `${HOST}/projects/${projectNumber}/services/${shortName(name)}:enable`,
      {},
    );
    await api.finish(HOST, operation);
  },
  // It is enabled or it is not.
  update: () => Promise.resolve(),
};
