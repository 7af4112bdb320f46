/** All families of edits: those of mutation testing, those that only rearrange, and those that do no harm. */
import { MUTATIONS } from './mutations.ts';
import { MUTATIONS_OF_CALLS } from './mutations-of-calls.ts';
import { MUTATIONS_OF_DATA } from './mutations-of-data.ts';
import { REARRANGEMENTS } from './rearrangements.ts';
import { REFACTORINGS_OF_PARTS } from './refactorings.ts';
import { RESTRUCTURINGS } from './restructurings.ts';
import { REWRITINGS } from './rewritings.ts';
import { REWRITINGS_OF_FUNCTIONS } from './rewritings-of-functions.ts';
import type { Family } from './variant.ts';

export const CHANGING: readonly Family[] = [...MUTATIONS, ...MUTATIONS_OF_CALLS, ...MUTATIONS_OF_DATA];
export const REARRANGING: readonly Family[] = [...REARRANGEMENTS, ...RESTRUCTURINGS];
export const HARMLESS: readonly Family[] = [...REFACTORINGS_OF_PARTS, ...REWRITINGS, ...REWRITINGS_OF_FUNCTIONS];
