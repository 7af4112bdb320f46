/** `preflight`: simulates code that the registry does not know, and registers what that proves; see `PreflightOptions`. */
import { z } from 'zod';
import { preflight } from '../mill/steps/prove/preflight.ts';
import { stepFunction } from './step-function.ts';

/** Who asks for the same while it is simulated waits for that, and finds it registered. */
const turns = new Map<string, Promise<unknown>>();

export const PREFLIGHT = stepFunction(
  z.looseObject({ register: z.boolean().default(true), changedOnly: z.boolean().default(false) }),
  async ({ register, changedOnly }, ports) => {
    const run = () => preflight(ports, { register, changedOnly });
    const asked = `${register} ${changedOnly}`;
    const turn = (turns.get(asked) ?? Promise.resolve()).then(run, run);
    turns.set(asked, turn);
    const { equivalents, ...report } = await turn;
    return { ...report, equivalents: Object.fromEntries(equivalents) };
  },
);
