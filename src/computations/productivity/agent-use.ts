/** What runs of agents used: tokens, and money where the event says it. */
import { z } from 'zod';
import type { AnyEvent } from './events.ts';

/** Of one run: more tokens, or dollars, than any model takes are a slip of the sender, which must not hide everybody else's. */
export const MAX_TOKENS_A_RUN = 100_000_000;
export const MAX_DOLLARS_A_RUN = 100_000;

export const AgentUse = z.object({
  /** Tokens that went in, and that came out, of all runs that say so. */
  inputTokens: z.number().nonnegative(),
  outputTokens: z.number().nonnegative(),
  /** Runs that say nothing of tokens. */
  withoutTokens: z.number().int().nonnegative(),
  /** Dollars of the runs that say their cost, as `cost_usd` of the event or of its context; null where none does. */
  costDollars: z.number().nonnegative().nullable(),
  /** Runs whose tokens (above 100 million) or cost (negative, no number, or above $100,000) cannot be: that figure of theirs is left out. */
  implausible: z.number().int().nonnegative(),
});
export type AgentUse = z.infer<typeof AgentUse>;

export const emptyUse = (): AgentUse => ({
  inputTokens: 0,
  outputTokens: 0,
  withoutTokens: 0,
  costDollars: null,
  implausible: 0,
});

interface AgentRun extends AnyEvent {
  readonly input_tokens?: number | undefined;
  readonly output_tokens?: number | undefined;
  readonly cost_usd?: unknown;
}

/** In place. */
export function addUse(use: AgentUse, { input_tokens, output_tokens, context, cost_usd }: AgentRun): void {
  let isPlausible = true;
  const tokens = (count = 0): number => {
    if (count <= MAX_TOKENS_A_RUN) return count;
    isPlausible = false;
    return 0;
  };
  use.inputTokens += tokens(input_tokens);
  use.outputTokens += tokens(output_tokens);
  if (input_tokens === undefined && output_tokens === undefined) use.withoutTokens++;
  const cost = cost_usd ?? context?.['cost_usd'] ?? undefined;
  if (typeof cost === 'number' && cost >= 0 && cost <= MAX_DOLLARS_A_RUN)
    use.costDollars = (use.costDollars ?? 0) + cost;
  else if (cost !== undefined) isPlausible = false;
  if (!isPlausible) use.implausible++;
}
