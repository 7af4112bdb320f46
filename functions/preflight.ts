/** `preflight` (HTTP): simulates code that the registry does not know, and registers what that proves. `{register: false}` only looks. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { preflight } from '../src/steps/preflight.ts';

http(
  'preflight',
  jsonFunction(
    z.looseObject({ register: z.boolean().optional() }),
    () => ports().log,
    async ({ register = true }) => {
      const { equivalents, ...report } = await preflight(ports(), { register });
      return { ...report, equivalents: Object.fromEntries(equivalents) };
    },
  ),
);
