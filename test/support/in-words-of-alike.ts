/** Why a cell runs, in the words of any code that is on record to have made its result. */
import type { Settled } from '../../src/mill/model/cell.ts';
import type { Decision } from '../../src/mill/model/decision.ts';
import { type Fingerprint, fingerprintParts } from '../../src/mill/model/vector.ts';

/**
 * The decision as it may be told as well: what changed is told against the code with which the computation was planned last, or against the
 * code in the cell's vector, where a cell remembers both (mill/planning/alike.ts). Which it is depends on whether its book was looked at.
 */
export function inWordsOfAlike(
  { computation, date, reason }: Decision,
  settled: Settled | undefined,
  now: Fingerprint | undefined,
): Decision[] {
  if (reason.why !== 'CHANGED' || settled?.status !== 'COMPLETED' || now === undefined) return [];
  const inputs = reason.parts.filter((part) => !(part in now));
  return (settled.alike ?? []).map((one) => {
    const parts = [...fingerprintParts(one, now), ...inputs];
    return { computation, date, outcome: 'RERUN', reason: { why: 'CHANGED', parts } };
  });
}
