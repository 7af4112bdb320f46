/** What counts as more than chance. */

/**
 * Of users for whom there is nothing to be found, one of a thousand is taken for more at most. With a hundred thousand users the customary one of twenty would
 * find five thousand skilled traders among monkeys.
 */
export const SIGNIFICANCE = 0.001;
