/** Failures that are the same mistake on other days: after a few of them the other days are not worth trying. */
import { errorFingerprint } from '../../errors.ts';
import { type Hash, hashOf } from '../../values/hash.ts';
import type { CellError } from './cell.ts';

/** Dates of one computation that fail alike, and none that completes, before its other dates are parked. */
export const PARK_AFTER_DATES = 5;

/** The same for the same mistake. */
export const kindOfError = ({ code, message }: CellError): string =>
  `${code}: ${errorFingerprint(message)}`.slice(0, 300);

/** The same, as short as a link needs it. */
export const failureFingerprint = (error: CellError): Hash => hashOf(kindOfError(error));
