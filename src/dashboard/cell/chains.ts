/** Chains of causes: from a cell to each root that differs, and what else such a root touches. */
import type { Cause } from '../../mill/answers/cause-list.ts';

/** A reading of causes from the cell on: each is why the one before it is as it is. */
export type Chain = readonly Cause[];

/** One chain to every cause that has no other below it, in the order of the answer. What is only counted (`…`) is in none. */
export function chainsOf(causes: readonly Cause[]): Chain[] {
  const chains: Chain[] = [];
  const under: Cause[] = [];
  for (const [index, cause] of causes.entries()) {
    if (cause.subject === '…') break;
    under.length = Math.min(under.length, cause.depth - 1);
    under.push(cause);
    const next = causes[index + 1];
    if (next === undefined || next.subject === '…' || next.depth <= cause.depth) chains.push([...under]);
  }
  return chains;
}

/** What was left out, in words; undefined when all is there. */
export const leftOut = (causes: readonly Cause[]): string | undefined =>
  causes.find(({ subject }) => subject === '…')?.text;

export interface Subject {
  readonly kind: 'cell' | 'dataset' | 'code' | 'infrastructure' | 'other';
  readonly computation?: string;
  readonly date?: string;
  readonly dataset?: string;
}

const CODE = new Set(['code', 'layer']);
const INFRASTRUCTURE = new Set(['infrastructure', 'epoch']);

/** What a cause is about. */
export function subjectOf({ subject }: Pick<Cause, 'subject'>): Subject {
  const at = subject.lastIndexOf('@');
  if (at > 0) return { kind: 'cell', computation: subject.slice(0, at), date: subject.slice(at + 1) };
  if (subject.startsWith('dataset ')) return { kind: 'dataset', dataset: subject.slice('dataset '.length) };
  if (CODE.has(subject)) return { kind: 'code' };
  if (INFRASTRUCTURE.has(subject)) return { kind: 'infrastructure' };
  return { kind: 'other' };
}

/**
 * The computations that the root of a chain reaches, as a selection: of a dataset all that come from it, of code its computation and all
 * that come from that, of infrastructure everything. Undefined where the root is no change of anything.
 */
export function reachOf(chain: Chain, computation: string): string | undefined {
  const at = chain.findLastIndex((cause) => subjectOf(cause).kind !== 'other');
  const root = chain[at];
  if (root === undefined) return undefined;
  const subject = subjectOf(root);
  const owner = chain.slice(0, at).findLast((cause) => subjectOf(cause).kind === 'cell');
  const own = (owner === undefined ? undefined : subjectOf(owner).computation) ?? computation;
  switch (subject.kind) {
    case 'dataset':
      return `dataset:${subject.dataset ?? ''}+`;
    case 'infrastructure':
      return '*';
    case 'code':
      return `${own}+`;
    case 'cell':
      return `${subject.computation ?? own}+`;
    case 'other':
      return undefined;
  }
}
