/** The tiers of the specification. */
import { Tiers } from '../model/tier.ts';
import { HIGH_MEM_MEMORY_MB, STANDARD_MEMORY_MB } from '../lifecycle/limits.ts';

export const DEFAULT_TIERS: Tiers = Tiers.parse([
  { name: 'standard', memoryMB: STANDARD_MEMORY_MB },
  { name: 'high-mem', memoryMB: HIGH_MEM_MEMORY_MB },
]);
