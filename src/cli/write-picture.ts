/** `--svg FILE`, or `--svg -` for standard output. */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { toError, UserError } from '../errors.ts';
import type { Context } from './command.ts';

/** @throws {UserError} BAD_ARGUMENT for a place where nothing can be written */
export function writePicture(svg: string, target: string, { cwd, output }: Pick<Context, 'cwd' | 'output'>): void {
  if (target === '-') {
    output.verbatim(svg.trimEnd());
    return;
  }
  try {
    writeFileSync(resolve(cwd, target), svg);
  } catch (thrown) {
    throw new UserError('BAD_ARGUMENT', `--svg ${target}: ${toError(thrown).message}`, { cause: thrown });
  }
  output.line(target);
}
