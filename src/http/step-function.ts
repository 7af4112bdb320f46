/** A function of the workflow as a value: a process of its own serves it, and on a quiet day the command itself. */
import type { z } from 'zod';
import type { Ports } from '../compose.ts';

export interface StepFunction<S extends z.ZodType> {
  readonly body: S;
  readonly step: (request: z.output<S>, ports: Ports) => Promise<unknown>;
}

/** Says of what type the body is that the step takes. */
export const stepFunction = <S extends z.ZodType>(body: S, step: StepFunction<S>['step']): StepFunction<S> => ({
  body,
  step,
});
