/** Input sizes by powers of two: what differs by less than twice is one size. */

/** `12` for 2^11 to 2^12 - 1 entities, `0` for none. */
export const sizeClassOf = (entities: number): number => Math.ceil(Math.log2(entities + 1));

/** The most entities of a class. */
export const largestOf = (sizeClass: number): number => 2 ** sizeClass - 1;
