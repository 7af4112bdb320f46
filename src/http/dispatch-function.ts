/** `dispatch`: plans from a pass on, and sends the first wave that there is. `{date}` alone sends whatever can run now. */
import { z } from 'zod';
import { Day } from '../values/date.ts';
import { DocumentId } from '../values/document-id.ts';
import { dispatch } from '../mill/steps/dispatch/dispatch.ts';
import { assertTarget, gridStart } from '../mill/steps/dispatch/target.ts';
import { stepFunction } from './step-function.ts';

/** Characters of an address that is kept with a run. Those of Workflows have some 250. */
const MAX_URL_CHARACTERS = 2_048;

export const DISPATCH = stepFunction(
  z.strictObject({
    date: Day,
    from: Day.nullish(),
    pass: z.number().int().positive().optional(),
    callbackUrl: z.url().max(MAX_URL_CHARACTERS).optional(),
    dispatchId: DocumentId.optional(),
    sweep: z.boolean().optional(),
    computations: z.array(z.string()).nullish(),
  }),
  ({ computations, ...body }, ports) => {
    assertTarget(body.date, ports.clock.now());
    const from = gridStart(body.from ?? undefined, ports.from, body.date);
    return dispatch({ ...body, from, computations: computations ?? undefined }, ports);
  },
);
