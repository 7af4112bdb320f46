/** What speaks against a computation: that it gave, or may give, another result from the same inputs. */
import type { Foresight } from './foresee.ts';

/** As the code of now was simulated, else as it was seen last; undefined for one that is trusted. */
export const distrustOf = (name: string, { verdicts, folded }: Foresight): string | undefined =>
  verdicts.get(name)?.nondeterminism ?? auditOf(name, folded.state.distrusted);

function auditOf(name: string, distrusted: Foresight['folded']['state']['distrusted']): string | undefined {
  const found = distrusted.get(name);
  return found === undefined || found.because === 'NONDETERMINISTIC' ? undefined : found.text;
}

export const describeDistrust = (name: string, seen: string): string =>
  `${name} is not trusted to give the same again: ${seen}. No proof and no early cutoff spares it a run.`;
