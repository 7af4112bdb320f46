/**
 * A budget of the billing account that the project is charged to. It tells, and stops nothing. Known by what it displays.
 * https://cloud.google.com/billing/docs/reference/budget/rest/v1/billingAccounts.budgets
 */
import { topLevel } from '../differences.ts';
import { GoogleError } from '../google/google-error.ts';
import { type Body, shortName } from '../resource.ts';
import { createUnnamed, type Kind, listAll, type Site } from './kind.ts';

const HOST = 'https://billingbudgets.googleapis.com/v1';
const BILLING = 'https://cloudbilling.googleapis.com/v1';

export const budget: Kind = {
  read: async ({ name }, site) => (await alike(name, site))[0],
  async create({ name, body }, site) {
    const made = { displayName: displayedAs(name, site), ...body };
    const url = `${HOST}/${await accountOf(site)}/budgets`;
    await createUnnamed(
      {
        what: `The budget ${shortName(name)}`,
        create: (options) => site.api.send('POST', url, made, options),
        alike: () => alike(name, site),
        remove: (live) => site.api.send('DELETE', `${HOST}/${String(live['name'])}`),
      },
      site.api,
    );
  },
  async update({ body }, fields, live, { api }) {
    const url = `${HOST}/${String(live['name'])}?updateMask=${topLevel(fields).join(',')}`;
    await api.send('PATCH', url, { name: live['name'], ...body } satisfies Body);
  },
};

/** When they were made is not told: in the order of their names. */
async function alike(name: string, site: Site): Promise<Body[]> {
  const account = await accountOf(site);
  const found = await listAll(site.api, `${HOST}/${account}/budgets`, 'budgets');
  return found
    .filter(({ displayName }) => displayName === displayedAs(name, site))
    .sort((left, right) => (String(left['name']) < String(right['name']) ? -1 : 1));
}

/** An account pays for many projects. */
const displayedAs = (name: string, { projectId }: Site): string => `${projectId} ${shortName(name)}`;

async function accountOf({ api, projectId }: Site): Promise<string> {
  const account = (await api.get(`${BILLING}/projects/${projectId}/billingInfo`))?.['billingAccountName'];
  if (typeof account === 'string' && account !== '') return account;
  throw new GoogleError(400, '', `${projectId} has no billing account.`);
}
