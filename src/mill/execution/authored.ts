/** Calls of the author's code: what it throws, and what never comes back, in words of ours. */
import { type AuthorCode, authorCode } from '../../process/author-code.ts';
import { authorFrame, framesOf, placeOfFrame } from '../../process/author-frame.ts';
import { codeOf, speaksOfMemory, TerminalError, toError } from '../../errors.ts';
import type { Computation, DayContext } from '../model/computation.ts';

/**
 * What the author's code throws would be thrown again: computations are pure. Memory is the exception.
 * @throws {TerminalError} COMPUTE_FAILED, with the place in the author's code; REFUSED
 */
export async function authored<T>(computation: Computation, code: AuthorCode, call: () => T | Promise<T>): Promise<T> {
  try {
    return await code.wait(call);
  } catch (thrown) {
    const error = toError(thrown);
    if (codeOf(error) !== undefined || speaksOfMemory(error.message)) throw error;
    throw new TerminalError('COMPUTE_FAILED', `${computation.name}: ${error.name}: ${error.message}${whereIn(error)}`, {
      cause: error,
    });
  }
}

/**
 * Where to look: the first frame of the author's code, whatever of the language's, of a package's or of Daymill's own lies on it. Where there is
 * none, the first that is in a file.
 */
export function whereIn({ stack }: Error): string {
  const frame = authorFrame(stack) ?? framesOf(stack).find((one) => placeOfFrame(one) !== undefined);
  return frame === undefined ? '' : ` (${frame})`;
}

export const timedOut = (computation: { readonly name: string; readonly timeoutSeconds: number }): TerminalError =>
  new TerminalError(
    'TIMEOUT',
    `${computation.name} did not end within ${computation.timeoutSeconds} s; look for a loop or a promise that never settles, or raise timeoutSeconds`,
  );

/** For all that is run of a cell. */
export const authorCodeOf = ({ computation, context, onStray, onPrinted }: AuthoredCell): AuthorCode =>
  authorCode({ name: `${computation.name}@${context.date}`, onStray, onPrinted });

interface AuthoredCell {
  readonly computation: Computation;
  readonly context: DayContext;
  readonly onStray: (error: Error) => void;
  readonly onPrinted?: ((text: string) => void) | undefined;
}
