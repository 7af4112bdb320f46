/** `preflight` (HTTP): simulates code that the registry does not know, and registers what that proves; see `PreflightOptions`. */
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { jsonFunction } from '../src/http/json-function.ts';
import { ports } from '../src/http/process.ts';
import { preflight } from '../src/mill/steps/prove/preflight.ts';

/** Who asks for the same while it is simulated waits for that, and finds it registered. */
const turns = new Map<string, Promise<unknown>>();

http(
  'preflight',
  jsonFunction(
    z.looseObject({ register: z.boolean().default(true), changedOnly: z.boolean().default(false) }),
    () => ports().log,
    async ({ register, changedOnly }) => {
      const run = () => preflight(ports(), { register, changedOnly });
      const asked = `${register} ${changedOnly}`;
      const turn = (turns.get(asked) ?? Promise.resolve()).then(run, run);
      turns.set(asked, turn);
      const { equivalents, ...report } = await turn;
      return { ...report, equivalents: Object.fromEntries(equivalents) };
    },
  ),
);
