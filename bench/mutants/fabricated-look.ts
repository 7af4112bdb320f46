/** Whether a version differs on the fabricated days themselves: such a one cannot be called SAME, so no sandbox has to say so. */
import type { Computation } from '../../src/mill/model/computation.ts';
import { fabricateDays, type FabricatedInputs, literalsOf } from '../../src/mill/simulation/fabricate-days.ts';
import type { Literals } from '../../src/mill/simulation/scene.ts';
import { simulate } from '../../src/mill/simulation/simulate.ts';

export interface FabricatedLook {
  differs(changed: Computation): Promise<boolean>;
}

/** `pieces` are the original's. What its schemas cannot be fabricated for is left to the verdict. */
export function openFabricatedLook(original: Computation, pieces: readonly Literals[]): FabricatedLook {
  let inputs: FabricatedInputs | undefined;
  const days: string[][] = [];
  const chainOf = (computation: Computation, at: number): Promise<string[]> =>
    simulate(computation, {
      chains: inputs?.chains.slice(at, at + 1) ?? [],
      pasts: inputs?.pasts.slice(at, at + 1) ?? [],
      beside: inputs?.beside ?? [],
      hash: '',
    });
  return {
    async differs(changed) {
      inputs ??= fabricateDays(original, literalsOf(pieces));
      for (const at of inputs.chains.keys()) {
        const before = (days[at] ??= await chainOf(original, at));
        const after = await chainOf(changed, at);
        if (before.join('') !== after.join('')) return true;
      }
      return false;
    },
  };
}
