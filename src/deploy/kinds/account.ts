/** A service account. https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts */
import { shortName } from '../resource.ts';
import { type Kind, parentOf } from './kind.ts';

const HOST = 'https://iam.googleapis.com/v1';

/** Replicas that do not know a new account yet answer in between. */
const SIGHTINGS = 3;

export const account: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body }, { api }) {
    const accountId = shortName(name).replace(/@.*/, '');
    await api.send('POST', `${HOST}/${parentOf(name)}`, { accountId, serviceAccount: body });
    let seen = 0;
    await api.until(`The account ${accountId}`, async () => {
      const found = await api.get(`${HOST}/${name}`);
      seen = found === undefined ? 0 : seen + 1;
      return seen >= SIGHTINGS;
    });
  },
  async update({ name, body }, fields, _live, { api }) {
    const updateMask = fields.map(({ path }) => path).join(',');
    await api.send('PATCH', `${HOST}/${name}`, { serviceAccount: body, updateMask });
  },
};
