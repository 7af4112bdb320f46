/** Databases, their indexes, and how fields are indexed: https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { begin, operationAt } from '../core/operations.ts';
import { protos } from '../core/protos.ts';
import { reserve } from '../core/reservations.ts';
import { etagOf, find, listIn, needs, needsOfProject, pageOf, put, remove } from '../core/resources.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';
import { fieldOf, updateField } from './firestore-fields.ts';

const HOST = 'firestore.googleapis.com';
const ADMIN = 'google.firestore.admin.v1.FirestoreAdmin';

/** https://cloud.google.com/firestore/docs/manage-databases#database-id */
const DATABASE_ID = /^(?:\(default\)|[a-z][-a-z\d]{2,61}[a-z\d])$/;

const CREATING_MS = 20_000;
const INDEXING_MS = 120_000;

/** `projects/P/databases/D` of anything in it. */
export const databaseOf = (name: string): string => name.split('/').slice(0, 4).join('/');

function createDatabase({ world, request }: Call): Json {
  const id = textAt(request, 'databaseId');
  const given = request['database'] as Json;
  if (!DATABASE_ID.test(id)) throw new ApiError('INVALID_ARGUMENT', `Invalid database id: ${id}`);
  if (textAt(given, 'locationId') === '') throw new ApiError('INVALID_ARGUMENT', 'location_id is required.');
  if (given['type'] === undefined) throw new ApiError('INVALID_ARGUMENT', 'type is required.');
  const name = `${textAt(request, 'parent')}/databases/${id}`;
  reserve(world, HOST, name);
  return begin(world, {
    host: HOST,
    under: `${name}/operations`,
    ms: CREATING_MS,
    type: 'google.firestore.admin.v1.Database',
    end: () =>
      put(world, HOST, name, {
        deleteProtectionState: 'DELETE_PROTECTION_DISABLED',
        pointInTimeRecoveryEnablement: 'POINT_IN_TIME_RECOVERY_DISABLED',
        concurrencyMode: 'PESSIMISTIC',
        appEngineIntegrationMode: 'DISABLED',
        ...given,
        name,
        uid: world.id(),
        createTime: world.time(),
        updateTime: world.time(),
        etag: etagOf(world),
      }),
  });
}

function updateDatabase({ world, request }: Call): Json {
  const given = request['database'] as Json;
  const live = find(world, HOST, textAt(given, 'name'));
  const paths = pathsOf(protos().lookupType('google.firestore.admin.v1.Database'), request['updateMask'], given);
  const name = textAt(live, 'name');
  const next = put(world, HOST, name, {
    ...changed(live, given, paths),
    updateTime: world.time(),
    etag: etagOf(world),
  });
  const type = 'google.firestore.admin.v1.Database';
  return begin(world, { host: HOST, under: `${name}/operations`, ms: 1_000, type, end: () => next });
}

interface IndexField {
  readonly fieldPath: string;
  readonly order?: string;
  readonly arrayConfig?: string;
}

/** Firestore adds the name at the end, in the direction of the last field. */
function whole(fields: readonly IndexField[]): IndexField[] {
  if (fields.some(({ fieldPath }) => fieldPath === '__name__')) return [...fields];
  return [...fields, { fieldPath: '__name__', order: fields.at(-1)?.order ?? 'ASCENDING' }];
}

function createIndex({ world, request }: Call): Json {
  const parent = textAt(request, 'parent');
  find(world, HOST, databaseOf(parent));
  const given = request['index'] as Json;
  const fields = (given['fields'] ?? []) as readonly IndexField[];
  if (fields.filter(({ fieldPath }) => fieldPath !== '__name__').length < 2)
    throw new ApiError('INVALID_ARGUMENT', 'this index is not necessary, configure using single field index controls');
  if (fields.some(({ order, arrayConfig }) => (order === undefined) === (arrayConfig === undefined)))
    throw new ApiError('INVALID_ARGUMENT', 'Each field of an index has an order or an array config.');
  if (given['queryScope'] === undefined) throw new ApiError('INVALID_ARGUMENT', 'The query scope is required.');
  const index = { ...given, fields: whole(fields), state: 'CREATING' };
  const isThere = listIn(world, HOST, `${parent}/indexes`).some(
    (one) =>
      one['queryScope'] === given['queryScope'] && JSON.stringify(one['fields']) === JSON.stringify(index.fields),
  );
  if (isThere) throw new ApiError('ALREADY_EXISTS', 'index already exists');
  const name = `${parent}/indexes/CICA${world.id().slice(0, 8)}`;
  put(world, HOST, name, { ...index, name });
  return begin(world, {
    host: HOST,
    under: `${databaseOf(parent)}/operations`,
    ms: INDEXING_MS,
    type: 'google.firestore.admin.v1.Index',
    end: () => put(world, HOST, name, { ...index, name, state: 'READY' }),
  });
}

/** In a database that there is. */
const inDatabase = (world: World, name: string): string => {
  find(world, HOST, databaseOf(name));
  return name;
};

export const firestoreAdmin: AdminApi = {
  service: HOST,
  methods: {
    [`${ADMIN}.CreateDatabase`]: { needs: needsOfProject('datastore.databases.create'), answer: createDatabase },
    [`${ADMIN}.GetDatabase`]: {
      needs: needs(HOST, 'datastore.databases.getMetadata'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${ADMIN}.ListDatabases`]: {
      needs: needsOfProject('datastore.databases.list'),
      answer: ({ world, request }) => ({ databases: listIn(world, HOST, `${textAt(request, 'parent')}/databases`) }),
    },
    [`${ADMIN}.UpdateDatabase`]: {
      needs: needs(HOST, 'datastore.databases.update', 'database.name'),
      answer: updateDatabase,
    },
    [`${ADMIN}.CreateIndex`]: { needs: needs(HOST, 'datastore.indexes.create', 'parent'), answer: createIndex },
    [`${ADMIN}.ListIndexes`]: {
      needs: needs(HOST, 'datastore.indexes.list', 'parent'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, HOST, `${inDatabase(world, textAt(request, 'parent'))}/indexes`), request, 'indexes'),
    },
    [`${ADMIN}.GetIndex`]: {
      needs: needs(HOST, 'datastore.indexes.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${ADMIN}.DeleteIndex`]: {
      needs: needs(HOST, 'datastore.indexes.delete'),
      answer: ({ world, request }) => {
        remove(world, HOST, textAt(request, 'name'));
        return {};
      },
    },
    [`${ADMIN}.GetField`]: {
      needs: needs(HOST, 'datastore.indexes.get'),
      answer: ({ world, request }) => fieldOf(world, inDatabase(world, textAt(request, 'name'))),
    },
    [`${ADMIN}.UpdateField`]: {
      needs: needs(HOST, 'datastore.indexes.update', 'field.name'),
      answer: ({ world, request }) => {
        inDatabase(world, textAt(request, 'field.name'));
        return updateField(world, request);
      },
    },
    'mixins.FirestoreOperations.GetOperation': {
      needs: needs(HOST, 'datastore.databases.getMetadata'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};
