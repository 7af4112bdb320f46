/** How many skipped cells run again in shadow (see mill/planning/audit.ts and mill/planning/watch.ts). */

export interface AuditPolicy {
  /** Of the spared cells of a computation, 0 to 1; one at least, unless it is 0. */
  readonly share: number;
  /** Cells of one wave. */
  readonly most: number;
  /** Cells at rest of a night, of the whole project, whatever they rest for; 0 for none. */
  readonly nightly: number;
}

/** One in a hundred: a computation that is wrong on every day is found at its first skip, one that is wrong on a tenth within a few. */
export const DEFAULT_AUDIT: AuditPolicy = { share: 0.01, most: 20, nightly: 8 };
