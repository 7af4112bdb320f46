/** Which variables a step can see, as far as the source tells. */
import type { Step, StepBody, StepList, Target } from './program.ts';

/** Variables of one static scope. In a parallel scope, outer variables are read-only unless shared. */
export interface StaticScope {
  readonly names: Set<string>;
  readonly parent?: StaticScope;
  readonly shared?: ReadonlySet<string>;
}

export function isVisible(name: string, scope: StaticScope | undefined): boolean {
  return scope !== undefined && (scope.names.has(name) || isVisible(name, scope.parent));
}

/** Adds what a list assigns anywhere in its own scope; what an outer scope has stays there. */
export function declare(list: StepList, scope: StaticScope): void {
  const add = (target: Target): void => {
    // x.key = ... changes a map and makes no variable.
    if (target.path.length === 0 && !isVisible(target.variable, scope)) scope.names.add(target.variable);
  };
  for (const body of list.steps.flatMap(sameScopeBodies)) {
    if (body.kind === 'assign') for (const { target } of body.assignments) add(target);
    if (body.kind === 'call' && body.result !== undefined) add(body.result);
  }
}

/** The bodies that share a scope with `step`: not those of loops, branches and handlers. */
function sameScopeBodies(step: Step): StepBody[] {
  const { body } = step;
  if (body.kind === 'switch') return body.cases.flatMap((one) => sameScopeBodies(one.step));
  if (body.kind === 'steps') return body.list.steps.flatMap(sameScopeBodies);
  if (body.kind === 'try') return sameScopeBodies(body.step);
  return [body];
}
