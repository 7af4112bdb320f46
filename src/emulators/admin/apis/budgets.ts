/** Budgets of a billing account: https://cloud.google.com/billing/docs/reference/budget/rest */
import { ApiError } from '../../rest-server.ts';
import { collectionMethods } from '../core/collection-methods.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { etagOf } from '../core/resources.ts';
import type { World } from '../core/world.ts';

const BUDGETS = 'google.cloud.billing.budgets.v1.BudgetService';

function finish(budget: Json, world: World): Json {
  if (budget['amount'] === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'Request contains an invalid argument: amount is required.');
  return { ...budget, etag: etagOf(world) };
}

const budgetMethods = collectionMethods({
  host: 'billingbudgets.googleapis.com',
  collection: 'budgets',
  member: 'budget',
  type: 'google.cloud.billing.budgets.v1.Budget',
  prefix: 'billing.budgets',
  parent: 'parent',
  // Rights on the account are asked for there, and projects have none.
  of: (request) => `//cloudbilling.googleapis.com/${textAt(request, 'parent')}/budgets/all`,
  idOf: (_, world) => world.id(),
  finish,
});

export const budgets: AdminApi = {
  service: 'billingbudgets.googleapis.com',
  methods: {
    [`${BUDGETS}.CreateBudget`]: budgetMethods.create,
    [`${BUDGETS}.GetBudget`]: budgetMethods.get,
    [`${BUDGETS}.ListBudgets`]: budgetMethods.list,
    [`${BUDGETS}.UpdateBudget`]: budgetMethods.update,
    [`${BUDGETS}.DeleteBudget`]: budgetMethods.delete,
  },
};
