/** The error taxonomy: the class says what the caller should do, the code says what happened. */

export type ErrorCode =
  // The caller must change something.
  | 'FORBIDDEN' // what the role of who asks does not see
  | 'BAD_ARGUMENT' // a flag, body or message that does not parse
  | 'BAD_DATE' // not a day, in the future, or before the data
  | 'UNKNOWN_COMPUTATION'
  | 'UNKNOWN_DATASET'
  | 'BAD_DEFINITION' // defineComputation or defineDataset was used wrongly
  | 'CYCLE'
  | 'MISSING_FILE'
  | 'BAD_SOURCE' // a dataset's file has rows that do not fit its schema
  | 'NO_MANIFEST'
  | 'OVER_LIMIT' // a run that would come to more than the project allows
  | 'BUSY' // the state file or a port is taken, or what is asked for cannot be done now
  | 'ALREADY_DONE' // what is asked for was done before: nothing has changed
  | 'NOT_FOUND'
  // Deterministic: the same attempt would fail again.
  | 'COMPUTE_FAILED' // the computation's own code threw
  | 'REFUSED' // the author's code asked for what would end or change the process that it shares
  | 'OUTPUT_INVALID' // the output does not fit its schema
  | 'QUALITY_CIRCUIT_BREAKER'
  | 'FLAT_LINE' // every entity has the same result
  | 'NULL_DENSITY' // a field is mostly null
  | 'SHARDING_LIMIT_EXCEEDED'
  | 'TOO_LARGE' // for what Firestore takes in a document, or at once
  | 'TIMEOUT'
  | 'ATTEMPTS_EXHAUSTED'
  | 'OUT_OF_TIERS' // out of memory on the largest tier
  | 'WORKER_DIED' // each attempt ended its process without a word, the last with nothing beside it to blame
  // Passing.
  | 'CODE_CHANGED' // a module is another than the one whose hash was planned
  | 'OUT_OF_MEMORY'
  | 'INPUT_CHANGED' // an input was rewritten while it was read
  | 'INPUT_LOST' // a part of an input is gone from the store
  | 'LEASE_HELD' // another worker is on it
  | 'LEASE_LOST' // another worker took over
  | 'OVERTIME' // several cells took longer than one task may: it is halved
  | 'SHUTTING_DOWN' // this process is told to end
  | 'CONTENTION'
  | 'UNAVAILABLE';

/** Codes of failed cells that say nothing against trying again: the trouble was not the computation's. */
const PASSING: ReadonlySet<string> = new Set<ErrorCode>([
  'ATTEMPTS_EXHAUSTED',
  'CODE_CHANGED',
  'INPUT_CHANGED',
  'INPUT_LOST',
  'LEASE_HELD',
  'LEASE_LOST',
  'OVERTIME',
  'SHUTTING_DOWN',
  'CONTENTION',
  'UNAVAILABLE',
]);

export const isPassing = (code: string): boolean => PASSING.has(code);

abstract class DaymillError extends Error {
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Characters of a message that is stored, counted, and carried through the workflow, whose memory is small. */
export const MESSAGE_CHARACTERS = 2_000;

/** Its beginning and its end, with how much is missing between them. Whole it is in the log. */
export function shortened(message: string, most = MESSAGE_CHARACTERS): string {
  if (message.length <= most) return message;
  const end = Math.floor(most / 4);
  const note = ` … ${message.length - most} characters are left out here; the log has them … `;
  return `${message.slice(0, most - end)}${note}${message.slice(-end)}`;
}

/** The input is wrong: fix it. Exit code 2, HTTP 400. */
export class UserError extends DaymillError {
  override readonly name = 'UserError';
}

/** It may work later: do not acknowledge, try again. */
export class RetryableError extends DaymillError {
  override readonly name = 'RetryableError';
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, shortened(message), options);
  }
}

/** It would fail again: acknowledge, and record the failure. */
export class TerminalError extends DaymillError {
  override readonly name = 'TerminalError';
  constructor(code: ErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, shortened(message), options);
  }
}

/** Words by which V8, Node and zlib speak of memory when they give up. */
const MEMORY_WORDS =
  /heap out of memory|out of memory|allocation failed|ENOMEM|ERR_BUFFER_TOO_LARGE|Cannot allocate|ERR_WORKER_OUT_OF_MEMORY/i;

export const speaksOfMemory = (message: string): boolean => MEMORY_WORDS.test(message);

/** Quoted text, and words: each is looked at once, so that a message of megabytes takes no longer than reading it. */
const PARTS = /"[^"]*"|'[^']*'|`[^`]*`|[\p{L}\p{N}_.:+-]+/gu;

/** What varies from entity to entity: what is quoted, and words with a digit in them (numbers, ids, dates). */
const isParticular = (part: string): boolean => /^["'`]|\p{N}/u.test(part);

/** A message without its particulars: the same for the same mistake, whatever it was made on. */
export const errorFingerprint = (message: string): string =>
  message.replace(PARTS, (part) => (isParticular(part) ? '…' : part));

/** Turns any thrown value into an Error, once, at the edge. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  return new Error(typeof thrown === 'string' ? thrown : `a value that is no Error was thrown: ${inWords(thrown)}`);
}

/** Also for what JSON cannot say: it must never throw itself. */
function inWords(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return Object.prototype.toString.call(value);
  }
}

export const codeOf = (error: unknown): string | undefined => (error instanceof DaymillError ? error.code : undefined);
