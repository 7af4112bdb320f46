/** The two kinds of error: a source that cannot be deployed, and a value raised while an execution runs. */
import { mapOf, toJson } from './value.ts';
import type { Value } from './value.ts';

/** A place in the source, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Why a source is refused. Every problem found is listed, each with its line and column. */
export class SourceError extends Error {
  override readonly name = 'SourceError';

  constructor(problems: readonly { at: Position; message: string }[]) {
    super(problems.map(({ at, message }) => `main.workflows.yaml:${at.line}:${at.column}: ${message}`).join('\n'));
  }
}

/** One step on the way of an error, innermost first; the API's StackTraceElement. */
export interface TraceElement {
  readonly step: string;
  readonly routine: string;
  readonly position: Position;
}

/** A value on its way to the nearest `except`. */
export class Raised extends Error {
  override readonly name = 'Raised';
  readonly value: Value;
  readonly trace: TraceElement[] = [];
  /** The routine call that the trace has reached, so that each adds its innermost step only. */
  frame: unknown;

  constructor(value: Value) {
    super('raised');
    this.value = value;
  }
}

/**
 * The service's tags, and those that come with them.
 * Source: https://cloud.google.com/workflows/docs/reference/syntax/error-types
 */
const PARENT_TAGS = {
  ConnectionError: [],
  ConnectionFailedError: [],
  HttpError: [],
  IndexError: ['LookupError'],
  KeyError: ['LookupError'],
  ParallelNestingError: [],
  RecursionError: [],
  ResourceLimitError: [],
  SystemError: [],
  TimeoutError: [],
  TypeError: [],
  UnhandledBranchError: ['RuntimeError'],
  ValueError: [],
  ZeroDivisionError: ['ArithmeticError'],
} as const satisfies Record<string, readonly string[]>;
export type Tag = keyof typeof PARENT_TAGS;

/** An error as the service raises it: a map with `message`, `tags` and what `more` adds. */
export function systemError(tag: Tag, message: string, more: Readonly<Record<string, Value>> = {}): Raised {
  return new Raised(mapOf({ ...more, message: `${tag}: ${message}`, tags: [tag, ...PARENT_TAGS[tag]] }));
}

/** The human-readable stack of a raised value, as in an execution's `error.context`. */
export function contextOf(error: Raised): string {
  const { value } = error;
  const message = value instanceof Map && Array.isArray(value.get('tags')) ? value.get('message') : undefined;
  const head = typeof message === 'string' ? message : `RuntimeError: ${payloadOf(value)}`;
  const steps = error.trace.map(
    ({ step, routine, position }) => `in step "${step}", routine "${routine}", line: ${position.line}`,
  );
  return [head, ...steps].join('\n');
}

/** The raised value as JSON; a value with bytes in it says so instead. */
export function payloadOf(value: Value): string {
  try {
    return toJson(value);
  } catch (error) {
    return JSON.stringify(`not representable as JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
