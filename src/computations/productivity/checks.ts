/** What results of what organizations send are not checked for. */
import type { Checks } from '../../index.ts';

/**
 * That all users look alike, or that most say nothing of tokens, is what one organization or another sends: a check that failed the day for it
 * would take the results of all others, too.
 */
export const AS_SENT: Checks = { flatLine: false, nullDensity: false };
