/** What the service does not answer below a document, or of documents of every collection: its indexes do not hold it. */
import { status } from '@grpc/grpc-js';
import type { FieldPath } from './field-paths.ts';
import { isNameField } from './field-paths.ts';
import type { Query } from './query.ts';
import { invalidArgument, RpcError } from './rpc-error.ts';

/**
 * Descendants of a document, and documents whatever their collection, are found by their names in ascending order alone.
 * @param aggregated fields that are summed or averaged.
 * @throws INVALID_ARGUMENT; FAILED_PRECONDITION for what asks for an index that nobody can add.
 */
export function checkDescendants(query: Query, aggregated: readonly FieldPath[] = []): void {
  const { allDescendants, collectionId, root, parent, alternatives, orders } = query;
  if (!allDescendants || (collectionId !== undefined && parent === root)) return;
  const what = collectionId === undefined ? 'A query of documents of every collection' : `A query below ${parent}`;
  const paths = [...alternatives.flat(), ...orders].map(({ path }) => path);
  if ([...paths, ...aggregated].some((path) => !isNameField(path))) {
    throw invalidArgument(`${what} takes no filter, order, sum or average on a field, only __name__ ascending.`);
  }
  if (!orders[0]?.descending) return;
  if (collectionId === undefined) throw invalidArgument(`${what} is ordered by __name__ ascending, not descending.`);
  throw new RpcError(
    status.FAILED_PRECONDITION,
    `${what} by __name__ descending (limitToLast asks the same) requires an index that cannot be added: order ascending.`,
  );
}

/**
 * Refuses queries that can be run and not listened to. The service removes their target with this cause:
 * https://github.com/googleapis/nodejs-firestore/issues/1090
 * @throws INVALID_ARGUMENT
 */
export function checkListenable({ select, allDescendants, parent, root }: Query): void {
  if (select) throw invalidArgument("'select' clauses are not supported for real-time queries.");
  if (allDescendants && parent !== root) {
    throw invalidArgument(
      `The descendants of a document (${parent}) cannot be listened to, only those of the database.`,
    );
  }
}
