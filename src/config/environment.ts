/** Environment variables of the deployed functions and of a laptop; each is optional. */
import { z } from 'zod';
import { DEFAULT_LANES, DRAIN_SECONDS, HEARTBEAT_SECONDS, LEASE_SECONDS } from '../mill/lifecycle/limits.ts';
import { TierName } from '../mill/model/tier-name.ts';
import { Tiers } from '../mill/model/tier.ts';
import { Day } from '../values/date.ts';

/** `standard=2048 high-mem=8192`: names and memory in MB; a topic of another name follows a colon, `standard=2048:my-tasks`. */
const TierList = z
  .string()
  .trim()
  .transform((text) => text.split(/\s+/).map(readTier) as z.input<typeof Tiers>)
  .pipe(Tiers);

function readTier(text: string): z.input<typeof Tiers>[number] {
  const [, name = text, memoryMB, topic] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
  return { name, memoryMB: Number(memoryMB), ...(topic === undefined ? {} : { topic }) };
}

/** `{"location", "workflow", "functions": {index, dispatch, reconcile, preflight}}` */
const PipelineText = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.object({ location: z.string(), workflow: z.string(), functions: z.record(z.string(), z.string()) }).readonly(),
  );

const text = z.string().optional();

/** `src/sales,src/stock` */
const Folders = z
  .string()
  .transform((list) => list.split(',').map((folder) => folder.trim()))
  .refine((folders) => !folders.includes(''), 'names a folder that has no name');

/** A key of HS256 has at least 256 bits: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const MIN_SECRET_BYTES = 32;

/** Whoever can change what comes from there can make tokens. */
const isSafeUrl = (address: string): boolean => {
  const url = URL.parse(address);
  return (
    url?.protocol === 'https:' || (url?.protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname))
  );
};

export const Environment = z.object({
  DAYMILL_ROOT: text.describe("the project's folder; where the process runs when absent"),
  DAYMILL_HOME: text.describe('where the local cloud keeps its state; `.daymill` of the project when absent'),
  DAYMILL_SAMPLE: text.describe(
    'in a clone of Daymill, which of its samples is the project; `--sample` sets it. Its state is in `.daymill/samples/NAME`',
  ),
  DAYMILL_MANIFEST: text.describe("the manifest's file; `manifest.json` of the home when absent. A deployment sets it"),
  DAYMILL_COMPUTATIONS: Folders.optional().describe('goes before the setting `computations`; commas between several'),
  DAYMILL_FROM: Day.optional().describe('goes before the setting `from`'),
  DAYMILL_TIER: TierName.optional().describe(
    'the tier that this worker is of; the smallest when absent. A deployment sets it',
  ),
  DAYMILL_TIERS: TierList.optional().describe(
    'goes before the setting `tiers`: `standard=2048 high-mem=8192`, MB; a topic of another name follows a colon. A deployment sets it',
  ),
  DAYMILL_LEASE_SECONDS: z.coerce
    .number()
    .positive()
    .default(LEASE_SECONDS)
    .describe('how long a worker holds a task without a word'),
  DAYMILL_HEARTBEAT_SECONDS: z.coerce.number().positive().default(HEARTBEAT_SECONDS).describe('between its words'),
  DAYMILL_DRAIN_SECONDS: z.coerce
    .number()
    .nonnegative()
    .default(DRAIN_SECONDS)
    .describe('what running tasks have after SIGTERM before they are handed back; Cloud Run gives 10 in all'),
  DAYMILL_LANES: z.coerce
    .number()
    .int()
    .positive()
    .default(DEFAULT_LANES)
    .describe(
      'tasks that a wave is spread over: as many as you want workers at once. On a laptop, twice what its cores take',
    ),
  LIVE_DEVICE_EVENT_REFRESH_MS: z.coerce
    .number()
    .int()
    .positive()
    .default(30_000)
    .describe('between two looks at which events devices are registered to; a look that finds nothing new is one read'),
  DAYMILL_MAINTAIN_SECONDS: z.coerce
    .number()
    .nonnegative()
    .default(0)
    .describe(
      'how often the collecting function itself ends sessions and notes silent runtimes; 0 leaves it to reconcile, which a deployment calls. `daymill serve` sets it',
    ),
  DAYMILL_JWT_SECRET: z
    .string()
    .refine(
      (secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES,
      `is no secret of at least ${MIN_SECRET_BYTES} bytes`,
    )
    .optional()
    .describe('what tokens of requests are signed with, HS256; at least 32 bytes'),
  DAYMILL_JWKS_URL: z
    .string()
    .refine(isSafeUrl, 'is no URL with https (http on this machine alone)')
    .optional()
    .describe('where the public keys of tokens are: RS256, ES256 and EdDSA'),
  DAYMILL_JWT_ISSUER: text.describe('what the claim `iss` of a token has to be; not looked at when absent'),
  DAYMILL_JWT_AUDIENCE: text.describe('what the claim `aud` of a token has to have; not looked at when absent'),
  DAYMILL_LOG: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('what functions log; `debug` also has commands say where an error came from'),
  DAYMILL_PROJECT: text.describe("Google's project; its own detection when absent. A deployment sets it"),
  DAYMILL_DATABASE: text.describe('of Firestore; `(default)` when absent. A deployment sets it'),
  GOOGLE_CLOUD_PROJECT: text.describe("Google's own variable for functions; nothing to the laptop's commands"),
  K_REVISION: text.describe('set by Cloud Run; names the worker in leases'),
  DAYMILL_PIPELINE: PipelineText.optional().describe(
    'the workflow that is a day, and where its steps are, as JSON: by it the page starts days. A deployment sets it',
  ),
  DAYMILL_VIEW: z
    .literal('local')
    .optional()
    .describe(
      '`local`: the page asks nobody who they are, since only this machine reaches it. The local cloud sets it',
    ),
  DAYMILL_IAP_AUDIENCE: text.describe(
    "what Google's Identity-Aware Proxy calls the page's service: it lets nobody in without its word. A deployment sets it",
  ),
  WORKFLOWS_EMULATOR_HOST: text.describe('where callbacks go; set by the local cloud'),
});
