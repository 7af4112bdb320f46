/** What a function that takes and answers JSON says, whoever serves it: parse the body, call one step, map what it throws. */
import type { z } from 'zod';
import { codeOf, shortened, toError, UserError } from '../errors.ts';
import type { Log } from '../process/ports.ts';
import { statusOf } from './status.ts';

export interface JsonRequest {
  readonly method: string | undefined;
  readonly path: string;
  readonly body: unknown;
}

export interface JsonAnswer {
  readonly status: number;
  /** Of the header of that name. */
  readonly allow?: string;
  readonly value: unknown;
}

export interface JsonStep<S extends z.ZodType> {
  readonly body: S;
  readonly log: () => Log;
  readonly step: (request: z.output<S>) => Promise<unknown>;
}

/** Never rejects. */
export async function answerJson<S extends z.ZodType>(
  { method, path, body }: JsonRequest,
  { body: schema, log, step }: JsonStep<S>,
): Promise<JsonAnswer> {
  // A browser's GET, or a probe, is no order to work.
  if (method !== 'POST')
    return { status: 405, allow: 'POST', ...refusal('BAD_ARGUMENT', `Send a POST with JSON, not ${method}.`) };
  try {
    const parsed = schema.safeParse(body ?? {});
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new UserError(
        'BAD_ARGUMENT',
        `The body does not fit: ${issue?.path.join('.') || 'it'}: ${issue?.message}.`,
      );
    }
    return { status: 200, value: await step(parsed.data) };
  } catch (thrown) {
    const error = toError(thrown);
    const code = codeOf(error) ?? 'INTERNAL';
    log().error(
      { event: 'request.failed', path, code, stack: code === 'INTERNAL' ? error.stack : undefined },
      error.message,
    );
    return { status: statusOf(error), ...refusal(code, shortened(error.message)) };
  }
}

const refusal = (code: string, message: string) => ({ value: { error: { code, message } } });
