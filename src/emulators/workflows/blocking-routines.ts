/** Which subworkflows may block, and so cannot be called within an expression. */
import type { Program, Step } from './program.ts';
import { STDLIB } from './stdlib/index.ts';

/** Those that call a blocking function, a blocking subworkflow, or wait between retries. */
export function blockingRoutines(program: Program): ReadonlySet<string> {
  const blocking = new Set<string>();
  const blocks = (step: Step): boolean => {
    const { body } = step;
    if (body.kind === 'call') return blocking.has(body.callee) || STDLIB.get(body.callee)?.kind === 'blocking';
    if (body.kind === 'switch') return body.cases.some((one) => blocks(one.step));
    if (body.kind === 'for') return body.loop.list.steps.some(blocks);
    if (body.kind === 'steps') return body.list.steps.some(blocks);
    if (body.kind === 'parallel') return true;
    if (body.kind !== 'try') return false;
    return body.retry !== undefined || blocks(body.step) || (body.handler?.list.steps.some(blocks) ?? false);
  };
  for (let before = -1; before !== blocking.size;) {
    before = blocking.size;
    for (const { name, list } of program.values()) if (list.steps.some(blocks)) blocking.add(name);
  }
  return blocking;
}
