/** The settings of a project: what `defineConfig` takes. */
import { z } from 'zod';
import { DEFAULT_TIERS } from '../mill/tiers/default-tiers.ts';
import { Prices } from '../mill/model/price-table.ts';
import { RunLimits } from '../mill/model/run-limits.ts';
import { Tiers } from '../mill/model/tier.ts';
import { Day } from '../values/date.ts';
import { OrganizationLimits } from '../meter/model/limits.ts';
import { Organization } from '../meter/model/organization.ts';
import { OwnFunctions } from './own-functions.ts';

/** Where the project is deployed, for `deploy` and `--cloud`. */
export const CloudSettings = z.strictObject({
  project: z.string().min(1).optional().describe('Google Cloud project; --project goes before it'),
  region: z.string().min(1).optional().describe('where all of it is, for ever; --region goes before it'),
  // 20 characters leave room in a service account's 30.
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,18}[a-z0-9]$/, 'is 2 to 20 lower-case letters, digits and dashes, a letter first')
    .default('daymill')
    .describe('what every resource is called by: two of other names live beside each other'),
  database: z.string().min(1).optional().describe('of Firestore; one of its own, called by the name, when absent'),
  alerts: z
    .strictObject({ email: z.email().describe('an address') })
    .optional()
    .describe('who is told by mail when a night fails or does not come, and when messages are given up or stuck'),
  budget: z
    .strictObject({ perMonth: z.number().int().positive().describe("in the billing account's currency") })
    .optional()
    .describe("of the whole project: the billing account's administrators are told on the way there; it stops nothing"),
});
export type CloudSettings = z.output<typeof CloudSettings>;

/** How metrics are taken in, by `daymill serve` and where the project is deployed. */
export const CollectSettings = z.strictObject({
  jwksUrl: z.url().optional().describe('where your identity provider has its public keys; tokens are then its own'),
  issuer: z.string().min(1).optional().describe('`iss` of the tokens that are taken; any when absent'),
  audience: z.string().min(1).optional().describe('`aud` of the tokens that are taken; any when absent'),
  secret: z
    .string()
    .min(1)
    .optional()
    .describe(
      'the secret, by its name for `daymill secrets`, that tokens are signed with; without it and jwksUrl only API keys are taken',
    ),
  ownMetrics: Organization.optional().describe(
    'the organization that the collecting function reports its own requests, latencies, memory and queue to, as a runtime of it; it reports nothing when absent',
  ),
  owner: Organization.optional().describe(
    "the organization whose the project is: results of the project's own data are read by its members; by nobody over HTTP when absent",
  ),
  pushTo: z
    .strictObject({
      url: z.url().describe('of VictoriaMetrics: `https://victoria.example.com`'),
      headers: z.record(z.string(), z.string()).default({}).describe('that it wants to see, as Authorization'),
    })
    .optional()
    .describe('closed days are sent there, samples as they are and results as daily series; again when they change'),
  alertWebhook: z
    .url()
    .optional()
    .describe(
      'told in JSON, with a `text` as chats show it, when a job keeps failing, days are not rolled up, or dead letters pile up',
    ),
  limits: z
    .strictObject(OrganizationLimits.shape)
    .prefault({})
    .describe('what an organization may send; the field `limits` of its document `orgs/{organization}` goes before it'),
});
export type CollectSettings = z.output<typeof CollectSettings>;

/** Who IAP lets in besides the admins. https://cloud.google.com/iam/docs/principal-identifiers */
const Viewer = z
  .string()
  .regex(/^(?:user|group):[^\s@:]+@[^\s@:]+$|^domain:[^\s@:]+$/, 'is `user:ANN@…`, `group:TEAM@…` or `domain:…`');

/** Who sees the page where the project is deployed; `daymill serve` and `daymill dev` show it on a laptop without it. */
export const DashboardSettings = z.strictObject({
  admins: z
    .array(z.email())
    .min(1)
    .describe('who may also act: run a day, retry, cancel, replay, pause; by the addresses of their Google accounts'),
  viewers: z
    .array(Viewer)
    .default([])
    .describe(
      'who may look: `user:ann@acme.example`, `group:data@acme.example`, `domain:acme.example`. Whom you grant roles/iap.httpsResourceAccessor by hand may look, too',
    ),
  organization: Organization.optional().describe(
    "whose samples and events it shows; admins may choose others. collect.owner's when absent",
  ),
});
export type DashboardSettings = z.output<typeof DashboardSettings>;

/** One, or several: what lies in two of them counts once. */
const Folders = z
  .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
  .transform((folders) => (typeof folders === 'string' ? [folders] : folders));

/** What a project says of itself. */
export const ProjectSettings = z.strictObject({
  computations: Folders.prefault('src/computations').describe('folder of the computations, or several'),
  from: Day.optional().describe('first day of the grid'),
  date: Day.optional().describe('target when a command names none; yesterday when absent'),
  epoch: z.number().int().default(1).describe('raising it makes everything new'),
  prices: Prices.default('us-central1').describe(
    'what costs are reckoned with: the name of a price table, or a table of your own',
  ),
  simulate: z
    .boolean()
    .default(true)
    .describe('false: changed code is never run on fabricated days, and its cells always run again'),
  audit: z
    .strictObject({
      share: z.number().min(0).max(1).describe('of skipped cells that run again in shadow'),
      most: z.number().int().nonnegative().describe('of them in a wave'),
      nightly: z.number().int().nonnegative().describe('settled cells that run again in shadow each night'),
    })
    .partial()
    .default({})
    .describe('which cells run again in shadow, to see whether skips are right'),
  cloud: CloudSettings.prefault({}).describe('where the project is deployed'),
  functions: OwnFunctions.describe(
    "functions of your own that are deployed beside Daymill's; src/functions.ts registers them",
  ),
  collect: CollectSettings.optional().describe(
    'metrics are taken in where the project is deployed, at an address that is open to whoever has a token; `daymill serve` does so on a laptop without it',
  ),
  dashboard: DashboardSettings.optional().describe(
    "the page is deployed, behind Google's sign-in; `daymill serve` and `daymill dev` show it on a laptop without it",
  ),
  failedShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe(
      "of a cell's entities: where a greater share failed, run ends with exit code 1 although the cell completed without them",
    ),
  limits: RunLimits.default({}).describe('what a run may come to; it is refused before anything of it is claimed'),
  tiers: Tiers.default(DEFAULT_TIERS).describe('sizes of workers, from the smallest to the largest'),
});
export type ProjectSettings = z.output<typeof ProjectSettings>;
