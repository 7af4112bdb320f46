/** Functions of a project's own, beside Daymill's: what the settings say of those that its src/functions.ts registers. */
import { z } from 'zod';

/** Registers them, with the functions framework; from a project's folder. */
export const FUNCTIONS_MODULE = 'src/functions.ts';

/** What Daymill's own are called, and its jobs. */
const TAKEN = /^(index|dispatch|preflight|reconcile|nightly|work(-.*)?)$/;

/** Variables that Cloud Run or a deployment sets. */
const RESERVED = /^(DAYMILL_.*|K_.*|X_GOOGLE_.*|PORT|FUNCTION_TARGET|NODE_OPTIONS|NODE_COMPILE_CACHE)$/;

const Variable = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'is letters, digits and _, no digit first')
  .refine((name) => !RESERVED.test(name), 'is set by Cloud Run or by daymill deploy');

/** `smtp-password`, or one version of it: `smtp-password:3`. The newest is read when an instance starts. */
const SecretRef = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]*(:(latest|[1-9]\d*))?$/, 'is a secret’s name, or NAME:VERSION')
  .transform((text) => {
    const [id = text, version = 'latest'] = text.split(':');
    return { id, version };
  });

/** As policies name them. Everybody is nobody: a service that anyone may call is not a thing that is deployed here. */
const Member = z.string().regex(/^(user|group|serviceAccount|domain):\S+$/, 'is like group:data@acme.example');

export const OwnFunction = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,28}[a-z0-9]$/, 'is 2 to 30 lower-case letters, digits and dashes, a letter first')
    .refine((name) => !TAKEN.test(name), 'is one of Daymill’s own')
    .describe("what src/functions.ts registers it as; its service is called by the deployment's name and this"),
  memoryMB: z.number().int().min(512).max(32_768).default(512).describe('of an instance'),
  timeoutSeconds: z.number().int().positive().max(3_600).default(60).describe('of a request'),
  concurrency: z.number().int().positive().max(1_000).default(80).describe('requests that an instance takes at once'),
  maxInstances: z.number().int().positive().default(2).describe('none is kept warm'),
  schedule: z
    .string()
    .regex(/^\S+( \S+){4}$/, 'has five fields, like 30 6 * * *')
    .optional()
    .describe('five fields in UTC, as it is at first; change it in Cloud Scheduler. Called with POST'),
  callers: z
    .array(Member)
    .default([])
    .describe('who may call it beside its schedule: group:…, user:…, serviceAccount:…'),
  env: z.record(Variable, z.string()).default({}).describe('variables'),
  secrets: z
    .record(Variable, SecretRef)
    .default({})
    .describe('variable to secret, as NAME or NAME:VERSION; daymill secrets set gives it a value'),
});
export type OwnFunction = z.output<typeof OwnFunction>;

export const OwnFunctions = z
  .array(OwnFunction)
  .refine((functions) => new Set(functions.map(({ name }) => name)).size === functions.length, 'has a name twice')
  .default([]);
