/** Data that a run would load first, in words: as the command line says it. */
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { counted } from '../ui/format.ts';

export function describeLoad({ dataset, days, first, last, from, again }: ExplainAnswer['loads'][number]): string {
  const which = `${counted(days, 'day')} of ${dataset} (${first} … ${last})`;
  return again
    ? `The ${from} of ${dataset} has changed since it was loaded: ${which} will be loaded again first.`
    : `${which} ${days === 1 ? 'is' : 'are'} ${from === 'file' ? 'in the file' : 'still to be generated'} and will be loaded first.`;
}
