/** An index over several fields. https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.collectionGroups.indexes */
import type { Body } from '../resource.ts';
import { type Kind, listAll, parentOf } from './kind.ts';

const HOST = 'https://firestore.googleapis.com/v1';

interface IndexField {
  readonly fieldPath: string;
  readonly order?: string;
  readonly arrayConfig?: string;
}

/** Firestore adds the name at the end of every index, in the direction of the last field. */
const keyOf = ({ queryScope, fields }: Body): string =>
  JSON.stringify([
    queryScope,
    (fields as readonly IndexField[])
      .filter(({ fieldPath }) => fieldPath !== '__name__')
      .map(({ fieldPath, order, arrayConfig }) => [fieldPath, order, arrayConfig]),
  ]);

export const compositeIndex: Kind = {
  async read({ name, body }, { api }) {
    const there = await listAll(api, `${HOST}/${parentOf(name)}`, 'indexes');
    const found = there.find((index) => keyOf(index) === keyOf(body));
    // The names that Google gives them say nothing.
    return found === undefined ? undefined : body;
  },
  async create({ name, body }, { api }) {
    // Building takes as long as there are documents: a query that needs it says so until then.
    await api.send('POST', `${HOST}/${parentOf(name)}`, body);
  },
  // Another index is another resource.
  update: () => Promise.resolve(),
};
