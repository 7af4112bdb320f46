/** `preflight` (HTTP): simulates code that the registry does not know, and registers what that proves. `{register: false}` only looks, `{changedOnly: true}` leaves first versions for later. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { preflight } from '../src/steps/preflight.ts';

http(
  'preflight',
  jsonFunction(
    z.looseObject({ register: z.boolean().default(true), changedOnly: z.boolean().optional() }),
    () => ports().log,
    async ({ register, changedOnly }) => {
      const { equivalents, ...report } = await preflight(ports(), {
        register,
        ...(changedOnly === undefined ? {} : { changedOnly }),
      });
      return { ...report, equivalents: Object.fromEntries(equivalents) };
    },
  ),
);
