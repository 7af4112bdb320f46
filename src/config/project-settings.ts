/** The settings of a project: what `defineConfig` takes. */
import { z } from 'zod';
import { DEFAULT_TIERS } from '../mill/tiers/default-tiers.ts';
import { Prices } from '../mill/model/price-table.ts';
import { RunLimits } from '../mill/model/run-limits.ts';
import { Tiers } from '../mill/model/tier.ts';
import { Day } from '../values/date.ts';
import { OwnFunctions } from './own-functions.ts';

/** Where the project is deployed, for `deploy` and `--cloud`. */
export const CloudSettings = z.strictObject({
  project: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  /** What every resource is called by; 20 characters leave room in a service account's 30. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/, 'is 2 to 20 lower-case letters, digits and dashes, a letter first')
    .default('daymill'),
  /** Of Firestore; one of its own, called by the name, when absent. */
  database: z.string().min(1).optional(),
  /** Who is told by mail when a night fails or does not come, or when messages are given up or stuck. */
  alerts: z.strictObject({ email: z.email() }).optional(),
  /** Of the whole project, in the billing account's currency: its administrators, and who alerts go to, are told on the way there. */
  budget: z.strictObject({ perMonth: z.number().int().positive() }).optional(),
});
export type CloudSettings = z.output<typeof CloudSettings>;

/** What a project says of itself. */
export const ProjectSettings = z.strictObject({
  /** Folder of the computations. */
  computations: z.string().default('src/computations'),
  /** First day of the grid. */
  from: Day.optional(),
  /** Target when none is given; yesterday when absent. */
  date: Day.optional(),
  /** Raising it makes everything new. */
  epoch: z.number().int().default(1),
  /** What `daymill plan` reckons with: the name of a price table, or a table of its own (see mill/model/price-table.ts). */
  prices: Prices.default('us-central1'),
  /** False: changed code is never run on fabricated days, and its cells always run again. */
  simulate: z.boolean().default(true),
  /** Which skipped cells run again in shadow; see mill/model/audit-policy.ts. */
  audit: z
    .strictObject({
      share: z.number().min(0).max(1),
      most: z.number().int().nonnegative(),
      nightly: z.number().int().nonnegative(),
    })
    .partial()
    .default({}),
  cloud: CloudSettings.prefault({}),
  /** Functions of its own that are deployed beside Daymill's. */
  functions: OwnFunctions,
  /** Of a cell's entities: where a greater share failed, `run` ends with exit code 1 although the cell completed without them. */
  failedShare: z.number().min(0).max(1).default(0.01),
  /** What a run may come to; it is refused before anything of it is claimed. */
  limits: RunLimits.default({}),
  /** From the smallest to the largest; the specification's two when absent. */
  tiers: Tiers.default(DEFAULT_TIERS),
});
export type ProjectSettings = z.output<typeof ProjectSettings>;
