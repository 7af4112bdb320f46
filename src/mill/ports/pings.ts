/** Answers to pings: how a deployment finds out that its messages reach its workers. */
import type { TierName } from '../model/tier-name.ts';

export interface Pings {
  /** Keeps the newest answer of each tier. */
  answer(tier: TierName, id: string): Promise<void>;
}
