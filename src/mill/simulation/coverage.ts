/** From V8's block counts to the pieces of code: which ran as a whole, and where the first does not. Pure. */
import type { CodePiece } from '../model/code-piece.ts';

/** As V8's profiler reports a script: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/#type-ScriptCoverage */
export interface ScriptCoverage {
  readonly functions: readonly {
    readonly ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[];
  }[];
}

/** How often each character ran in all reports together: inner ranges come after those around them, and hold. */
export function executionCounts(length: number, reports: readonly ScriptCoverage[]): Float64Array {
  const counts = new Float64Array(length);
  for (const { functions } of reports) {
    const now = new Float64Array(length);
    for (const { ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges) now.fill(count, startOffset, endOffset);
    for (let index = 0; index < length; index++) counts[index] = (counts[index] ?? 0) + (now[index] ?? 0);
  }
  return counts;
}

/** Line of the first code of the piece that never ran; undefined when all of it did. */
export function firstUncoveredLine(
  { start, end, line, omitted }: Pick<CodePiece, 'start' | 'end' | 'line' | 'omitted'>,
  counts: Float64Array,
  source: string,
): number | undefined {
  const missing = (at: number): boolean =>
    counts[at] === 0 && !omitted.some(([first, last]) => at >= first && at < last);
  for (let from = start; from < end;) {
    if (!missing(from)) {
      from++;
      continue;
    }
    let to = from;
    while (to < end && missing(to)) to++;
    const at = firstCode(source.slice(from, to));
    if (at !== undefined) return line + newlinesIn(source.slice(start, from + at));
    from = to;
  }
  return undefined;
}

/** Line of the first condition that came out one way whenever it was asked; undefined when there is none. */
export function firstOneSidedLine(
  { start, line, branches }: Pick<CodePiece, 'start' | 'line' | 'branches'>,
  counts: Float64Array,
  source: string,
): number | undefined {
  const found = branches.find(([condition, guarded]) => counts[condition] === counts[guarded]);
  return found === undefined ? undefined : line + newlinesIn(source.slice(start, found[0]));
}

/** Where code begins in a stretch: V8 counts what follows a `return` apart, though it is brackets, space and comments only. */
function firstCode(stretch: string): number | undefined {
  const blanked = stretch.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, (comment) => ' '.repeat(comment.length));
  const at = blanked.search(/[^\s{}()[\];,]/);
  return at === -1 ? undefined : at;
}

const newlinesIn = (text: string): number => text.split('\n').length - 1;
