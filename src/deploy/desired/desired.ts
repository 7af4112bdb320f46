/** Everything that a deployment consists of, in the order of applying: a pure function of what is wanted. */
import { type Resource, waveOrder } from '../resource.ts';
import { deliveryRights, subscriptions, topics } from './deliveries.ts';
import { accounts, apis, secrets, stores } from './foundations.ts';
import { callers, image, services, visitors } from './functions.ts';
import { indexes, rules } from './indexes.ts';
import { jobs, workflow } from './night.ts';
import { ownRights, rights } from './rights.ts';
import { watching } from './watching.ts';
import type { Plan } from './wanted.ts';

export const desired = (plan: Plan): Resource[] =>
  [
    ...apis(plan),
    ...accounts(plan),
    ...stores(plan),
    ...secrets(plan),
    ...topics(plan),
    ...indexes(plan),
    ...rules(plan),
    ...subscriptions(plan),
    ...rights(plan),
    ...ownRights(plan),
    ...deliveryRights(plan),
    image(plan),
    ...services(plan),
    ...callers(plan),
    ...visitors(plan),
    workflow(plan),
    ...jobs(plan),
    ...watching(plan),
    // Sorting keeps the order of equals.
  ].sort((left, right) => waveOrder(left.wave) - waveOrder(right.wave));
