/** Everything that a deployment consists of, in the order of applying: a pure function of what is wanted. */
import { type Resource, waveOrder } from '../resource.ts';
import { deliveryRights, subscriptions, topics } from './deliveries.ts';
import { accounts, apis, stores } from './foundations.ts';
import { callers, image, services } from './functions.ts';
import { indexes, rules } from './indexes.ts';
import { jobs, workflow } from './night.ts';
import { rights } from './rights.ts';
import type { Plan } from './wanted.ts';

export const desired = (plan: Plan): Resource[] =>
  [
    ...apis(plan),
    ...accounts(plan),
    ...stores(plan),
    ...topics(plan),
    ...indexes(plan),
    ...rules(plan),
    ...subscriptions(plan),
    ...rights(plan),
    ...deliveryRights(plan),
    image(plan),
    ...services(plan),
    ...callers(plan),
    workflow(plan),
    ...jobs(plan),
    // Sorting keeps the order of equals.
  ].sort((left, right) => waveOrder(left.wave) - waveOrder(right.wave));
