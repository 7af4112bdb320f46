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
  read: ({ name }, site) => findBudget(name, site),
  async create({ name, body }, site) {
    const made = { displayName: displayedAs(name, site), ...body };
    const url = `${HOST}/${await accountOf(site)}/budgets`;
    await createUnnamed(
      `The budget ${shortName(name)}`,
      site.api,
      (options) => site.api.send('POST', url, made, options),
      () => findBudget(name, site),
    );
  },
  async update({ body }, fields, live, { api }) {
    const url = `${HOST}/${String(live['name'])}?updateMask=${topLevel(fields).join(',')}`;
    await api.send('PATCH', url, { name: live['name'], ...body } satisfies Body);
  },
};

async function findBudget(name: string, site: Site): Promise<Body | undefined> {
  const account = await accountOf(site);
  const found = await listAll(site.api, `${HOST}/${account}/budgets`, 'budgets');
  return found.find(({ displayName }) => displayName === displayedAs(name, site));
}

/** An account pays for many projects. */
const displayedAs = (name: string, { projectId }: Site): string => `${projectId} ${shortName(name)}`;

async function accountOf({ api, projectId }: Site): Promise<string> {
  const account = (await api.get(`${BILLING}/projects/${projectId}/billingInfo`))?.['billingAccountName'];
  if (typeof account === 'string' && account !== '') return account;
  throw new GoogleError(400, '', `${projectId} has no billing account.`);
}
