/** Budgets of a billing account: https://cloud.google.com/billing/docs/reference/budget/rest */
import { ApiError } from '../../rest-server.ts';
import { collectionMethods } from '../core/collection-methods.ts';
import { type Json, textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { billingAccountName } from '../core/policies.ts';
import { etagOf } from '../core/resources.ts';
import type { World } from '../core/world.ts';

const BUDGETS = 'google.cloud.billing.budgets.v1.BudgetService';

function finish(budget: Json, world: World): Json {
  if (budget['amount'] === undefined)
    throw new ApiError('INVALID_ARGUMENT', 'Request contains an invalid argument: amount is required.');
  const filter = budget['budgetFilter'] as Json | undefined;
  const projects = ((filter?.['projects'] ?? []) as readonly string[]).map((name) => byNumber(name, world));
  const budgetFilter = { ...filter, ...(projects.length === 0 ? {} : { projects }) };
  return { ...budget, budgetFilter, etag: etagOf(world) };
}

/** As budgets keep them. */
const byNumber = (name: string, { projectId, projectNumber }: World): string =>
  name === `projects/${projectId}` ? `projects/${projectNumber}` : name;

const budgetMethods = collectionMethods({
  host: 'billingbudgets.googleapis.com',
  collection: 'budgets',
  member: 'budget',
  type: 'google.cloud.billing.budgets.v1.Budget',
  prefix: 'billing.budgets',
  parent: 'parent',
  of: (request) => billingAccountName(textAt(request, 'parent')),
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
