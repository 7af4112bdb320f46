/** A secret, without its value, which is set by people. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets */
import { UserError } from '../../errors.ts';
import type { Api } from '../google/api.ts';
import { topLevel } from '../differences.ts';
import { type Resource, shortName } from '../resource.ts';
import { type Kind, merged, parentOf } from './kind.ts';

const HOST = 'https://secretmanager.googleapis.com/v1';

export const secret: Kind = {
  read: ({ name }, { api }) => api.get(`${HOST}/${name}`),
  async create({ name, body, initial }, { api }) {
    await api.send('POST', `${HOST}/${parentOf(name)}?secretId=${shortName(name)}`, { ...initial, ...body });
  },
  async update({ name, body }, fields, live, { api }) {
    const labels = merged(live['labels'], body['labels']);
    await api.send('PATCH', `${HOST}/${name}?updateMask=${topLevel(fields).join(',')}`, { name, ...body, labels });
  },
};

/** An instance whose secret has no value does not start. @throws {UserError} naming those that have none */
export async function assertValues(secrets: readonly Resource[], deployment: string, api: Api): Promise<void> {
  const without: string[] = [];
  for (const { name } of secrets)
    if ((await newestValue(name, api)) === undefined) without.push(shortName(name).slice(deployment.length + 1));
  if (without.length === 0) return;
  throw new UserError(
    'BAD_ARGUMENT',
    `No value is set of ${without.join(', ')}. What was done stays. Set it and deploy again: printf %s "$VALUE" | daymill secrets set ${without[0]} --cloud`,
  );
}

/** The version of the newest value; undefined when there is none, or it is disabled. */
export async function newestValue(name: string, api: Api): Promise<string | undefined> {
  const newest = await api.get(`${HOST}/${name}/versions/latest`);
  return newest?.['state'] === 'ENABLED' ? shortName(String(newest['name'])) : undefined;
}

/** The new version. @throws {GoogleError} when there is no such secret */
export async function addValue(name: string, value: Uint8Array, api: Api): Promise<string> {
  const data = Buffer.from(value).toString('base64');
  const made = await api.send('POST', `${HOST}/${name}:addVersion`, { payload: { data } });
  return shortName(String(made['name']));
}
