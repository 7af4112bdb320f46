/** firestore.indexes.json, and the queries that it allows: https://firebase.google.com/docs/reference/firestore/indexes */
import { status } from '@grpc/grpc-js';
import type { FieldPath } from './field-paths.ts';
import { fieldPathText, isNameField, NAME_FIELD } from './field-paths.ts';
import type { FieldFilter, Query } from './query.ts';
import { isInequality } from './query.ts';
import { RpcError } from './rpc-error.ts';

export interface IndexConfig {
  readonly indexes?: readonly CompositeIndex[];
  readonly fieldOverrides?: readonly FieldOverride[];
}

type Scope = 'COLLECTION' | 'COLLECTION_GROUP';

interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: Scope;
  readonly fields: readonly ({ readonly fieldPath: string } & IndexMode)[];
}

interface IndexMode {
  readonly order?: 'ASCENDING' | 'DESCENDING';
  readonly arrayConfig?: 'CONTAINS';
}

const ASCENDING: IndexMode = { order: 'ASCENDING' };
const DESCENDING: IndexMode = { order: 'DESCENDING' };
const CONTAINS: IndexMode = { arrayConfig: 'CONTAINS' };

interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  /** Documents are deleted some time after the timestamp in this field. */
  readonly ttl?: boolean;
  /** Single-field indexes instead of the automatic ones; an empty list exempts the field. */
  readonly indexes?: readonly ({ readonly queryScope: Scope } & IndexMode)[];
}

/** An index as the planner sees it: equality fields in any order, then the order that the query wants. */
interface Needed {
  readonly group: string;
  readonly scope: Scope;
  readonly equalities: readonly FieldFilter[];
  /** Without a direction either will do: a field that is only aggregated. */
  readonly order: readonly { readonly field: string; readonly descending?: boolean }[];
}

/**
 * Refuses a query for which production would want an index that is not in the configuration. Equalities alone are
 * answered by merging single-field indexes, everything else needs indexes that end in the query's order and together
 * cover its equalities: https://firebase.google.com/docs/firestore/query-data/index-overview
 * @param aggregated fields that are summed or averaged.
 * @throws FAILED_PRECONDITION with the index to add.
 */
export function checkIndexes(query: Query, config: IndexConfig, aggregated: readonly FieldPath[] = []): void {
  const { collectionId: group, allDescendants } = query;
  if (group === undefined) return;
  for (const filters of query.alternatives) {
    const equalities = filters.filter((filter) => !isInequality(filter) && !isNameField(filter.path));
    const fixed = new Set(equalities.filter(({ index }) => index === 'value').map(({ field }) => field));
    const order: { field: string; descending?: boolean }[] = query.orders.filter(({ field }) => !fixed.has(field));
    const name = order.pop() as { field: string; descending: boolean };
    const last = order.at(-1)?.descending;
    // The name follows the direction of the last field by itself; anything else has to be in the index.
    if (last === undefined ? name.descending && equalities.length === 0 : last !== name.descending) order.push(name);
    for (const path of aggregated) {
      const field = fieldPathText(path);
      if (!fixed.has(field) && !order.some((one) => one.field === field)) order.push({ field });
    }
    check({ group, scope: allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION', equalities, order }, config);
  }
}

function check(needed: Needed, config: IndexConfig): void {
  const { group, scope, equalities, order } = needed;
  const fields = [
    ...equalities.map(({ field, index }) => ({ fieldPath: field, ...(index === 'contains' ? CONTAINS : ASCENDING) })),
    ...order.map(({ field, descending }) => ({ fieldPath: field, ...(descending ? DESCENDING : ASCENDING) })),
  ];
  const covered = composites(needed, config);
  const single = order.length === 0 || (fields.length === 1 && order[0]?.field !== NAME_FIELD);
  if (!single) {
    if (covered.size > 0 && equalities.every(({ field }) => covered.has(field))) return;
    throw refusal('an index. Add it to "indexes"', { collectionGroup: group, queryScope: scope, fields });
  }
  // A composite index serves as well, for example (a, b) for a == 1 and b == 2 when both are exempt.
  const missing = fields.find((one) => !covered.has(one.fieldPath) && !hasSingle(needed, one, config));
  if (!missing) return;
  const { fieldPath, ...mode } = missing;
  const kind = (mode.arrayConfig ?? mode.order ?? '').replace('ENDING', '');
  throw refusal(`a ${scope}_${kind} index for collection ${group} and field ${fieldPath}. Add it to "fieldOverrides"`, {
    collectionGroup: group,
    fieldPath,
    indexes: [{ ...mode, queryScope: scope }],
  });
}

const refusal = (what: string, entry: object): RpcError =>
  new RpcError(
    status.FAILED_PRECONDITION,
    `The query requires ${what} in firestore.indexes.json: ${JSON.stringify(entry)}`,
  );

/** The fields of the query that usable composite indexes cover; empty when none ends in the query's order. */
function composites({ group, scope, equalities, order }: Needed, config: IndexConfig): Set<string> {
  const covered = new Set<string>();
  const byName = order.at(-1)?.field === NAME_FIELD;
  for (const { collectionGroup, queryScope, fields } of config.indexes ?? []) {
    if (collectionGroup !== group || queryScope !== scope) continue;
    const listed = byName || fields.at(-1)?.fieldPath !== NAME_FIELD ? fields : fields.slice(0, -1);
    const split = listed.length - order.length;
    const fits = listed
      .slice(0, Math.max(0, split))
      .every(({ fieldPath, arrayConfig }) =>
        equalities.some(
          ({ field, index }) => field === fieldPath && (index === 'contains') === (arrayConfig !== undefined),
        ),
      );
    if (split < 0 || !fits || !followsOrder(listed.slice(split), order)) continue;
    for (const { fieldPath } of listed) covered.add(fieldPath);
  }
  return covered;
}

/** An index is read forwards or backwards. */
const followsOrder = (listed: CompositeIndex['fields'], order: Needed['order']): boolean =>
  [false, true].some((backwards) =>
    order.every(({ field, descending }, i) => {
      const one = listed[i];
      if (one?.fieldPath !== field || !one.order) return false;
      return descending === undefined || ((one.order === 'DESCENDING') !== backwards) === descending;
    }),
  );

function hasSingle({ group, scope }: Needed, wanted: CompositeIndex['fields'][number], config: IndexConfig): boolean {
  // The closest rule counts: the field's own, else that of a map around it, else the group's.
  const closeness = ({ fieldPath }: FieldOverride): number => (fieldPath === '*' ? 0 : fieldPath.length);
  const [rule] = (config.fieldOverrides ?? [])
    .filter(({ collectionGroup, fieldPath }) => {
      const around = fieldPath === '*' || `${wanted.fieldPath}.`.startsWith(`${fieldPath}.`);
      return collectionGroup === group && around;
    })
    .sort((a, b) => closeness(b) - closeness(a));
  if (!rule?.indexes) return scope === 'COLLECTION';
  return rule.indexes.some(
    ({ queryScope, order, arrayConfig }) =>
      queryScope === scope && order === wanted.order && arrayConfig === wanted.arrayConfig,
  );
}
