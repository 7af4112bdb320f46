/** `dispatch` (HTTP): plans from a pass on, and sends the first wave that there is. `{date}` alone sends whatever can run now. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { Day } from '../src/values/date.ts';
import { DocumentId } from '../src/values/document-id.ts';
import { dispatch } from '../src/mill/steps/dispatch/dispatch.ts';
import { assertTarget, gridStart } from '../src/mill/steps/dispatch/target.ts';

/** Characters of an address that is kept with a run. Those of Workflows have some 250. */
const MAX_URL_CHARACTERS = 2_048;

const Body = z.strictObject({
  date: Day,
  from: Day.nullish(),
  pass: z.number().int().positive().optional(),
  callbackUrl: z.url().max(MAX_URL_CHARACTERS).optional(),
  dispatchId: DocumentId.optional(),
  sweep: z.boolean().optional(),
  computations: z.array(z.string()).nullish(),
});

http(
  'dispatch',
  jsonFunction(
    Body,
    () => ports().log,
    ({ computations, ...body }) => {
      assertTarget(body.date, ports().clock.now());
      const from = gridStart(body.from ?? undefined, ports().from, body.date);
      return dispatch({ ...body, from, computations: computations ?? undefined }, ports());
    },
  ),
);
