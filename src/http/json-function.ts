/** An HTTP function of Google's framework that takes and answers JSON. */
import type { HttpFunction } from '@google-cloud/functions-framework';
import type { z } from 'zod';
import type { Log } from '../process/ports.ts';
import { answerJson } from './answer-json.ts';
import { ports, whileServing } from './process.ts';
import type { StepFunction } from './step-function.ts';

export function jsonFunction<S extends z.ZodType>(
  body: S,
  log: () => Log,
  step: (request: z.output<S>) => Promise<unknown>,
): HttpFunction {
  return async (req, res) => {
    const { method, path, body: given } = req;
    const { status, allow, value } = await answerJson(
      { method, path, body: given },
      { body, log, step: (request) => whileServing(() => step(request)) },
    );
    res.status(status);
    if (allow !== undefined) res.set('allow', allow);
    res.json(value);
  };
}

/** With the ports of this process. */
export const served = <S extends z.ZodType>({ body, step }: StepFunction<S>): HttpFunction =>
  jsonFunction(
    body,
    () => ports().log,
    (request) => step(request, ports()),
  );
