/** Documents, one by one: for who looks at what a deployed function wrote. https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents */
import { ApiError } from '../../rest-server.ts';
import { textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { assertMay } from '../core/policies.ts';
import { find, fullName, put } from '../core/resources.ts';
import type { World } from '../core/world.ts';
import { databaseOf } from './firestore-admin.ts';

const HOST = 'firestore.googleapis.com';

/** As an account that runs. `fields` are Firestore's values. @throws {ApiError} PERMISSION_DENIED, NOT_FOUND for the database */
export function writeDocument(
  world: World,
  member: string,
  name: string,
  fields: Readonly<Record<string, object>>,
): void {
  const database = databaseOf(name);
  for (const verb of ['create', 'update'])
    assertMay(world, member, `datastore.entities.${verb}`, fullName(HOST, database));
  if (!world.resources.has(fullName(HOST, database)))
    throw new ApiError('NOT_FOUND', `The database ${database} does not exist.`);
  put(world, HOST, name, { name, fields, createTime: world.time(), updateTime: world.time() });
}

export const firestoreDocuments: AdminApi = {
  service: HOST,
  methods: {
    'google.firestore.v1.Firestore.GetDocument': {
      // Databases are what rights are given on, and not their documents.
      needs: (request) => [
        { permission: 'datastore.entities.get', on: fullName(HOST, databaseOf(textAt(request, 'name'))) },
      ],
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
  },
};
