/** What speaks against a computation: that it gave, or may give, another result from the same inputs. */
import { distrustIn } from '../model/distrust.ts';
import { computationIn } from '../model/manifest.ts';
import { behaviourOf } from '../model/vector.ts';
import type { Foresight } from './foresee.ts';

/** As the code of now was simulated, else as it was seen last; undefined for one that is trusted. */
export function distrustOf(name: string, { verdicts, folded, plan }: Foresight): string | undefined {
  const computation = computationIn(plan.request.manifest, name);
  const found = computation && distrustIn(folded.state.distrusted, name, behaviourOf(computation.fingerprint));
  return verdicts.get(name)?.nondeterminism ?? (found?.because === 'NONDETERMINISTIC' ? undefined : found?.text);
}
