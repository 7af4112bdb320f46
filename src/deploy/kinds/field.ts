/** How one field is indexed, and whether documents expire by it. https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields */
import type { Body } from '../resource.ts';
import type { Kind, Site } from './kind.ts';
import type { Resource } from '../resource.ts';

const HOST = 'https://firestore.googleapis.com/v1';

interface LiveField {
  readonly indexConfig?: {
    readonly indexes?: readonly { readonly queryScope: string; readonly fields: readonly Body[] }[];
    /** As all other fields of the database are. */
    readonly usesAncestorConfig?: boolean;
  };
  readonly ttlConfig?: Body;
}

/** `mask`: expiry is named only where it is wanted, or was there. */
async function write({ name, body }: Resource, mask: string, { api }: Site): Promise<void> {
  const field = {
    name,
    indexConfig: { indexes: body['indexes'] },
    ...(body['ttl'] === true ? { ttlConfig: {} } : {}),
  };
  // It is carried out in the background: nothing waits for it.
  await api.send('PATCH', `${HOST}/${name}?updateMask=${mask}`, field);
}

const BOTH = 'indexConfig,ttlConfig';
const maskOf = (expires: boolean): string => (expires ? BOTH : 'indexConfig');

export const field: Kind = {
  async read({ name }, { api }) {
    const live = (await api.get(`${HOST}/${name}`)) as LiveField | undefined;
    const { indexConfig = {}, ttlConfig } = live ?? {};
    if (live === undefined || (indexConfig.usesAncestorConfig === true && ttlConfig === undefined)) return undefined;
    return {
      // Undefined is not empty: fields are indexed in all ways until somebody says otherwise.
      indexes: indexConfig.usesAncestorConfig === true ? ['as all others'] : withoutState(indexConfig.indexes),
      ttl: ttlConfig !== undefined,
    };
  },
  create: (resource, site) => write(resource, maskOf(resource.body['ttl'] === true), site),
  update: (resource, fields, _live, site) =>
    write(resource, maskOf(resource.body['ttl'] === true || fields.some(({ path }) => path === 'ttl')), site),
};

const withoutState = (indexes: NonNullable<LiveField['indexConfig']>['indexes'] = []): Body[] =>
  indexes.map(({ queryScope, fields }) => ({ queryScope, fields }));
