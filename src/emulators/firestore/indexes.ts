/** firestore.indexes.json, and the queries that it allows: https://firebase.google.com/docs/reference/firestore/indexes */
import { status } from '@grpc/grpc-js';

import type { FieldPath } from './field-paths.ts';
import { fieldPathText, isNameField, NAME_FIELD } from './field-paths.ts';
import type { FieldFilter, Filter, Query } from './query.ts';
import { isInequality } from './query.ts';
import { RpcError } from './rpc-error.ts';

export interface IndexConfig {
  readonly indexes?: readonly CompositeIndex[];
  readonly fieldOverrides?: readonly FieldOverride[];
}

export interface CompositeIndex {
  readonly collectionGroup: string;
  readonly queryScope: 'COLLECTION' | 'COLLECTION_GROUP';
  readonly fields: readonly IndexField[];
}

export interface IndexField {
  readonly fieldPath: string;
  readonly order?: 'ASCENDING' | 'DESCENDING';
  readonly arrayConfig?: 'CONTAINS';
}

export interface FieldOverride {
  readonly collectionGroup: string;
  readonly fieldPath: string;
  /** Documents are deleted some time after the timestamp in this field. */
  readonly ttl?: boolean;
  /** Single-field indexes instead of the automatic ones; an empty list exempts the field. */
  readonly indexes?: readonly {
    readonly order?: 'ASCENDING' | 'DESCENDING';
    readonly arrayConfig?: 'CONTAINS';
    readonly queryScope: 'COLLECTION' | 'COLLECTION_GROUP';
  }[];
}

/** An index as the planner sees it: equality fields in any order, then the order that the query wants. */
interface Needed {
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
  const { collectionId, allDescendants, filter } = query;
  if (collectionId === undefined) return;
  const scope = allDescendants ? 'COLLECTION_GROUP' : 'COLLECTION';
  for (const leaves of conjunctions(filter)) {
    const equalities = leaves.filter((leaf) => !isInequality(leaf) && !isNameField(leaf.path));
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
    check({ equalities, order }, collectionId, scope, config);
  }
}

function check(
  { equalities, order }: Needed,
  group: string,
  scope: CompositeIndex['queryScope'],
  config: IndexConfig,
): void {
  const [only] = order;
  if (order.length === 0 || (order.length === 1 && equalities.length === 0 && only && only.field !== NAME_FIELD)) {
    const wanted = equalities.map(({ field, index }) => ({
      field,
      mode: index === 'contains' ? 'CONTAINS' : 'ASCENDING',
    }));
    if (only) wanted.push({ field: only.field, mode: only.descending ? 'DESCENDING' : 'ASCENDING' });
    const missing = wanted.filter(({ field, mode }) => !hasSingle(config, group, field, mode, scope));
    if (missing.length === 0) return;
    // A composite index serves as well, for example (a, b) for a == 1 and b == 2 when both are exempt.
    const covered = composites({ equalities, order }, group, scope, config);
    const left = missing.find(({ field }) => !covered.has(field));
    if (!left) return;
    throw new RpcError(
      status.FAILED_PRECONDITION,
      `The query requires a ${scope}_${left.mode.replace('ENDING', '')} ` +
        `index for collection ${group} and field ${left.field}. Add it to "fieldOverrides" in firestore.indexes.json: ` +
        JSON.stringify({
          collectionGroup: group,
          fieldPath: left.field,
          indexes: [
            { ...(left.mode === 'CONTAINS' ? { arrayConfig: left.mode } : { order: left.mode }), queryScope: scope },
          ],
        }),
    );
  }
  const covered = composites({ equalities, order }, group, scope, config);
  if (covered.size > 0 && equalities.every(({ field }) => covered.has(field))) return;
  const fields = [
    ...equalities.map(({ field, index }) =>
      index === 'contains' ? { fieldPath: field, arrayConfig: 'CONTAINS' } : { fieldPath: field, order: 'ASCENDING' },
    ),
    ...order.map(({ field, descending }) => ({ fieldPath: field, order: descending ? 'DESCENDING' : 'ASCENDING' })),
  ];
  throw new RpcError(
    status.FAILED_PRECONDITION,
    'The query requires an index. Add it to "indexes" in firestore.indexes.json: ' +
      JSON.stringify({ collectionGroup: group, queryScope: scope, fields }),
  );
}

/** The fields of the query that usable composite indexes cover; empty when none ends in the query's order. */
function composites({ equalities, order }: Needed, group: string, scope: string, config: IndexConfig): Set<string> {
  const covered = new Set<string>();
  for (const index of config.indexes ?? []) {
    if (index.collectionGroup !== group || index.queryScope !== scope) continue;
    const listed = index.fields.filter(
      (one, i) => one.fieldPath !== NAME_FIELD || i < index.fields.length - 1 || endsInName(order),
    );
    const split = listed.length - order.length;
    if (split < 0) continue;
    const head = listed.slice(0, split);
    const fits = head.every((one) =>
      equalities.some(
        ({ field, index: kind }) =>
          field === one.fieldPath && (kind === 'contains') === (one.arrayConfig === 'CONTAINS'),
      ),
    );
    if (!fits || !followsOrder(listed.slice(split), order)) continue;
    for (const one of listed) covered.add(one.fieldPath);
  }
  return covered;
}

const endsInName = (order: Needed['order']): boolean => order.at(-1)?.field === NAME_FIELD;

/** An index is read forwards or backwards. */
function followsOrder(listed: readonly IndexField[], order: Needed['order']): boolean {
  return [false, true].some((backwards) =>
    order.every(({ field, descending }, i) => {
      const one = listed[i];
      if (one?.fieldPath !== field || !one.order) return false;
      return descending === undefined || ((one.order === 'DESCENDING') !== backwards) === descending;
    }),
  );
}

function hasSingle(config: IndexConfig, group: string, field: string, mode: string, scope: string): boolean {
  const rules = (config.fieldOverrides ?? []).filter(
    ({ collectionGroup, fieldPath }) =>
      collectionGroup === group && (fieldPath === field || fieldPath === '*' || field.startsWith(`${fieldPath}.`)),
  );
  // The closest rule counts: the field's own, else that of a map around it, else the group's.
  const rule = rules.sort(
    (a, b) => (b.fieldPath === '*' ? 0 : b.fieldPath.length) - (a.fieldPath === '*' ? 0 : a.fieldPath.length),
  )[0];
  if (!rule?.indexes) return scope === 'COLLECTION';
  return rule.indexes.some((one) => one.queryScope === scope && (one.order === mode || one.arrayConfig === mode));
}

/** The filter as OR of ANDs. */
function conjunctions(filter: Filter | undefined): FieldFilter[][] {
  if (!filter) return [[]];
  if (!('filters' in filter)) return [[filter]];
  const parts = filter.filters.map(conjunctions);
  if (filter.op === 'OR') return parts.flat();
  return parts.reduce((all, part) => all.flatMap((left) => part.map((right) => [...left, ...right])), [[]]);
}
