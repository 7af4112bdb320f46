/** Indexes, exemptions, expiry and rules of the database. */
import type { Resource } from '../resource.ts';
import type { Plan } from './wanted.ts';

export const indexes = (plan: Plan): Resource[] => [
  ...plan.indexes.indexes.map(({ collectionGroup, queryScope, fields }): Resource => ({
    kind: 'index',
    name: `${group(plan, collectionGroup)}/indexes/${fields.map(({ fieldPath }) => fieldPath).join('+')}`,
    wave: 'rights',
    why: `asked for by ${fields.map(({ fieldPath }) => fieldPath).join(' and ')}`,
    body: { queryScope, fields },
  })),
  ...plan.indexes.fieldOverrides.map(({ collectionGroup, fieldPath, ttl, indexes }): Resource => ({
    kind: 'field',
    name: `${group(plan, collectionGroup)}/fields/${fieldPath}`,
    wave: 'rights',
    why: ttl
      ? 'documents expire by it'
      : indexes.length === 0
        ? 'no index: never asked for'
        : 'one index: asked for in one way',
    body: {
      indexes: indexes.map(({ queryScope, ...how }) => ({ queryScope, fields: [{ fieldPath, ...how }] })),
      ttl,
    },
  })),
];

const group = ({ names }: Plan, collectionGroup: string): string =>
  `${names.database}/collectionGroups/${collectionGroup}`;

/** Only of a database that is ours alone: a release replaces all rules that there are. */
export const rules = (plan: Plan): Resource[] =>
  plan.ownsDatabase
    ? [
        {
          kind: 'rules',
          name: `${plan.names.project}/releases/cloud.firestore/${plan.target.databaseId}`,
          wave: 'rights',
          why: 'clients see nothing: only service accounts come here',
          body: { source: plan.rules },
        },
      ]
    : [];
