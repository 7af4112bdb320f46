/** What all routes that take something in have in common: whose it is, under which limits, and how it is answered. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { REJECTION_CODES } from '../../meter/model/rejection.ts';
import { type CollectAnswer, type CollectRequest, NAMED_REJECTIONS } from '../../meter/steps/collect/collect.ts';
import { UserError } from '../../errors.ts';
import type { Asked, Reply } from '../route.ts';

/** As https://www.ietf.org/archive/id/draft-ietf-httpapi-idempotency-key-header-07.html has it. */
const MAX_KEY_LENGTH = 255;

export const Accepted = z.object({
  accepted: z.number().int().describe('items that are kept'),
  rejected: z.number().int(),
  errors: z
    .array(
      z.object({
        index: z.number().int().describe('of the item in the request'),
        code: z.enum(REJECTION_CODES),
        reason: z.string(),
        count: z.number().int().optional().describe('how many items alike this stands for'),
      }),
    )
    .describe(`the first ${NAMED_REJECTIONS}; dead letters have them whole`),
  repeated: z
    .array(z.number().int())
    .optional()
    .describe('indexes of items that had been kept before, under the same id'),
  ids: z.array(z.string()).optional().describe('of events, what they are called'),
});

/** @throws {UserError} BAD_ARGUMENT for a key that is none */
export async function requestOf(asked: Asked, ports: MeterPorts, route: string): Promise<CollectRequest> {
  const key = asked.headers['idempotency-key'];
  if (key !== undefined && (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH))
    throw new UserError('BAD_ARGUMENT', `The header Idempotency-Key has 1 to ${MAX_KEY_LENGTH} characters.`);
  return {
    organization: asked.organization,
    limits: await ports.limitsOf(asked.organization),
    route,
    idempotencyKey: key,
    receivedMs: asked.receivedAtMs,
  };
}

/** `status` when something was kept, or nothing was wrong; 400 when all of it was refused. */
export function accepted(
  { accepted: kept, rejected, rejections, repeated, ids }: CollectAnswer,
  status: number,
): Reply {
  const body: z.output<typeof Accepted> = {
    accepted: kept,
    rejected,
    errors: [...rejections],
    ...(repeated.length === 0 ? {} : { repeated: [...repeated] }),
    ...(ids === undefined ? {} : { ids: [...ids] }),
  };
  if (kept > 0 || rejected === 0) return { status, body };
  const [first] = rejections;
  const title = rejected === 1 ? 'The item was refused.' : 'All items were refused.';
  return {
    status: 400,
    headers: { 'content-type': 'application/problem+json' },
    body: { type: 'about:blank', title, status: 400, code: first?.code, detail: first?.reason, ...body },
  };
}

/** A body whose items are looked at one by one, so that one that is wrong is refused alone; the schema is for who reads what it may be. */
export const eachItem = (schema: z.ZodType): z.ZodType =>
  z.unknown().meta(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>);
