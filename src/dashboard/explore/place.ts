/** Where in an expression its error is. Pure. */

export interface Place {
  /** What is wrong, without where. */
  readonly message: string;
  /** Of the line at fault: what is before, the character, what is after. */
  readonly before: string;
  readonly at: string;
  readonly after: string;
}

/** As the server words it: line and column, both from 1. */
const WORDED = /^(\d+):(\d+): (?:parse error: )?(.*)$/s;

/** Undefined where the error names no place of the expression. */
export function placeOf(error: string, expression: string): Place | undefined {
  const [, line, column, message = ''] = WORDED.exec(error) ?? [];
  const text = expression.split('\n')[Number(line) - 1];
  if (text === undefined) return undefined;
  const at = Number(column) - 1;
  return { message, before: text.slice(0, at), at: text.slice(at, at + 1) || ' ', after: text.slice(at + 1) };
}
