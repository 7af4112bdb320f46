/** An answer as programs get it, held against its schema. */
import { expect } from 'vitest';
import type { z } from 'zod';

/** Parsing drops what a schema does not name, so what comes out equal has no other member, at any depth. */
export function asJson<T>(schema: z.ZodType<T>, answer: unknown): T {
  const json: unknown = JSON.parse(JSON.stringify(answer));
  expect(schema.parse(json)).toEqual(json);
  return json as T;
}
