/** What `state:changed` selects: computations that changed themselves, not because something that they read did. */
import type { Decision } from '../model/decision.ts';
import type { Plan } from '../planning/plan.ts';

const OWN_PARTS = new Set(['code', 'layer', 'infrastructure', 'epoch']);

export function changedComputations(plan: Plan): Set<string> {
  const isOwn = ({ reason }: Decision): boolean =>
    reason.why === 'NEW' || (reason.why === 'CHANGED' && reason.parts.some((part) => OWN_PARTS.has(part)));
  return new Set(plan.computations.filter((name) => plan.fates(name).some(({ decision }) => isOwn(decision))));
}
