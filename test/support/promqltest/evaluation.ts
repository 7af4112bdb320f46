/** What an `eval` of a test script asks for, and what is to come of it: in the words of Prometheus 2, and those of Prometheus 3. */
import { parseDuration } from '../../../src/meter/promql/parse/number.ts';
import { Unsupported } from './notation.ts';

export interface Evaluation {
  readonly expression: string;
  readonly startMs: number;
  readonly endMs: number;
  /** 0 of an instant. */
  readonly stepMs: number;
  /** Messages that a failure is to have, each; undefined where it is not to fail. */
  readonly failure: readonly RegExp[] | undefined;
  readonly isOrdered: boolean;
  readonly text: string | undefined;
  /** The times of what a range selector gives that is asked itself. */
  readonly rangeVector: { readonly startMs: number; readonly stepMs: number } | undefined;
  /** Of values. */
  readonly lines: readonly string[];
}

export const durationOf = (text: string): number => parseDuration(text) ?? NaN;

/** Also a number of seconds, and negative ones. */
function timeOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^[+-]/, '');
  return sign * (/^[\d.]+$/.test(plain) ? Number(plain) * 1_000 : durationOf(plain));
}

const EXPECTATION = /^expect\s+(fail|warn|no_warn|info|no_info|ordered|string|range\s+vector)\b\s*(.*)$/;
const RANGE = /^from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s*(.*)$/;

/** @throws {Unsupported} a command that is not known */
export function evaluationOf(head: string, body: readonly string[]): Evaluation {
  const [, command = '', kind = '', rest = ''] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(head) ?? [];
  const failure: RegExp[] = [];
  const lines: string[] = [];
  let fails = command === 'eval_fail';
  let isOrdered = command === 'eval_ordered';
  let text: string | undefined;
  let rangeVector: Evaluation['rangeVector'];
  for (const line of body) {
    const [, expected, more = ''] = EXPECTATION.exec(line) ?? [];
    const [, old, message = ''] = /^expected_fail_(message|regexp)\s+(.*)$/.exec(line) ?? [];
    if (old !== undefined) failure.push(old === 'message' ? exactly(message) : new RegExp(message));
    else if (expected === undefined) lines.push(line);
    else if (expected === 'fail') {
      fails = true;
      failure.push(...messageOf(more));
    } else if (expected === 'ordered') isOrdered = true;
    else if (expected === 'string') text = more;
    else if (expected.startsWith('range')) {
      const [, from = '', , step = ''] = RANGE.exec(more) ?? [];
      rangeVector = { startMs: timeOf(from), stepMs: timeOf(step) };
    }
  }
  const common = { failure: fails ? failure : undefined, isOrdered, text, rangeVector, lines };
  if (kind === 'instant') {
    const [, at = '0', expression = ''] = /^(?:at\s+(\S+)\s+)?(.*)$/.exec(rest) ?? [];
    return { expression, startMs: timeOf(at), endMs: timeOf(at), stepMs: 0, ...common };
  }
  const range = kind === 'range' ? RANGE.exec(rest) : null;
  if (range === null) throw new Unsupported(`the command ${head}`);
  const [, from = '', to = '', step = '', expression = ''] = range;
  return { expression, startMs: timeOf(from), endMs: timeOf(to), stepMs: timeOf(step), ...common };
}

/** `msg: as it is`, or `regex: some.*thing`. */
function messageOf(text: string): RegExp[] {
  const [, kind, message = ''] = /^(msg|regex)\s*:\s*(.*)$/.exec(text) ?? [];
  return kind === undefined ? [] : [kind === 'msg' ? exactly(message) : new RegExp(message)];
}

/** What stands before it is where in the expression it is. */
const exactly = (message: string): RegExp =>
  new RegExp(`(?:^|: )${message.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)}$`);
