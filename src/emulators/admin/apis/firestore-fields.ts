/** How single fields are indexed, and whether documents expire by them: https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.fields */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import { begin } from '../core/operations.ts';
import { protos } from '../core/protos.ts';
import { fullName, put } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';

const HOST = 'firestore.googleapis.com';
const UPDATING_MS = 60_000;

interface Config {
  readonly indexes?: readonly { readonly fields?: readonly Json[]; readonly queryScope?: string }[];
}

/** What every field of a database has until somebody says otherwise. */
const inherited = (name: string): Json => ({
  indexes: [
    { order: 'ASCENDING', queryScope: 'COLLECTION' },
    { order: 'DESCENDING', queryScope: 'COLLECTION' },
    { arrayConfig: 'CONTAINS', queryScope: 'COLLECTION' },
  ].map(({ queryScope, ...how }) => ({ queryScope, fields: [{ fieldPath: '*', ...how }], state: 'READY' })),
  usesAncestorConfig: true,
  ancestorField: `${name.split('/').slice(0, 4).join('/')}/collectionGroups/__default__/fields/*`,
});

export const fieldOf = (world: World, name: string): Json =>
  world.resources.get(fullName(HOST, name)) ?? { name, indexConfig: inherited(name) };

/** What the mask names and the body does not have goes back to what it was at first. */
export function updateField(world: World, request: Json): Json {
  const given = request['field'] as Json;
  const name = textAt(given, 'name');
  const path = name.slice(name.lastIndexOf('/') + 1);
  for (const { fields = [], queryScope } of ((given['indexConfig'] ?? {}) as Config).indexes ?? []) {
    if (fields.length !== 1 || fields[0]?.['fieldPath'] !== path || queryScope === undefined)
      throw new ApiError(
        'INVALID_ARGUMENT',
        `An index of the single field ${path} has a query scope, and that field alone.`,
      );
  }
  const paths = pathsOf(protos().lookupType('google.firestore.admin.v1.Field'), request['updateMask'], given);
  const next = changed(fieldOf(world, name), given, paths);
  next['indexConfig'] ??= inherited(name);
  if (next['ttlConfig'] !== undefined) next['ttlConfig'] = { state: 'CREATING' };
  put(world, HOST, name, withState(next, 'CREATING'));
  return begin(world, {
    host: HOST,
    under: `${name.split('/').slice(0, 4).join('/')}/operations`,
    ms: UPDATING_MS,
    type: 'google.firestore.admin.v1.Field',
    end: () => {
      const live = fieldOf(world, name);
      const expiry = live['ttlConfig'] === undefined ? {} : { ttlConfig: { state: 'ACTIVE' } };
      return put(world, HOST, name, { ...withState(live, 'READY'), ...expiry });
    },
  });
}

function withState(field: Json, state: string): Json {
  const config = field['indexConfig'] as Config & Json;
  const indexes = (config.indexes ?? []).map((index) => Object.assign({}, index, { state }));
  return { ...field, indexConfig: { ...config, indexes } };
}
