/** An HTTP function that takes and answers JSON: parse the body, call one step, map what it throws. */
import type { HttpFunction } from '@google-cloud/functions-framework';
import type { z } from 'zod';
import { codeOf, shortened, toError, UserError } from '../errors.ts';
import type { Log } from '../process/ports.ts';
import { whileServing } from './process.ts';
import { statusOf } from './status.ts';

export function jsonFunction<S extends z.ZodType>(
  body: S,
  log: () => Log,
  step: (request: z.output<S>) => Promise<unknown>,
): HttpFunction {
  return async (req, res) => {
    // A browser's GET, or a probe, is no order to work.
    if (req.method !== 'POST') {
      res
        .status(405)
        .set('allow', 'POST')
        .json({ error: { code: 'BAD_ARGUMENT', message: `Send a POST with JSON, not ${req.method}.` } });
      return;
    }
    try {
      const parsed = body.safeParse(req.body ?? {});
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        throw new UserError(
          'BAD_ARGUMENT',
          `The body does not fit: ${issue?.path.join('.') || 'it'}: ${issue?.message}.`,
        );
      }
      res.json(await whileServing(() => step(parsed.data)));
    } catch (thrown) {
      const error = toError(thrown);
      const code = codeOf(error) ?? 'INTERNAL';
      log().error(
        { event: 'request.failed', path: req.path, code, stack: code === 'INTERNAL' ? error.stack : undefined },
        error.message,
      );
      res.status(statusOf(error)).json({ error: { code, message: shortened(error.message) } });
    }
  };
}
