/** A secret, without its value, which is set by people. https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets */
import { UserError } from '../../errors.ts';
import type { Api } from '../google/api.ts';
import { topLevel } from '../differences.ts';
import { shortName } from '../resource.ts';
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

/** A value that an instance reads: the newest of its secret, or one by its version. */
export interface SecretValue {
  /** As the settings call the secret. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** An instance that has no value to read does not start. @throws {UserError} naming those that there are not */
export async function assertValues(values: readonly SecretValue[], api: Api): Promise<void> {
  const missing: SecretValue[] = [];
  for (const value of values) if ((await enabledVersion(value, api)) === undefined) missing.push(value);
  const [first] = missing;
  if (first === undefined) return;
  const labels = missing.map(({ id, version }) => (version === LATEST ? id : `${id}:${version}`));
  throw new UserError(
    'BAD_ARGUMENT',
    `No value is set of ${labels.join(', ')}. What was done stays. Set it and deploy again: printf %s "$VALUE" | daymill secrets set ${first.id} --cloud`,
  );
}

const LATEST = 'latest';

/** The version of the newest value; undefined when there is none, or it is disabled. */
export const newestValue = (name: string, api: Api): Promise<string | undefined> =>
  enabledVersion({ name, version: LATEST }, api);

async function enabledVersion(
  { name, version }: Pick<SecretValue, 'name' | 'version'>,
  api: Api,
): Promise<string | undefined> {
  const found = await api.get(`${HOST}/${name}/versions/${version}`);
  return found?.['state'] === 'ENABLED' ? shortName(String(found['name'])) : undefined;
}

/** The new version. @throws {GoogleError} when there is no such secret */
export async function addValue(name: string, value: Uint8Array, api: Api): Promise<string> {
  const data = Buffer.from(value).toString('base64');
  const made = await api.send('POST', `${HOST}/${name}:addVersion`, { payload: { data } });
  return shortName(String(made['name']));
}
