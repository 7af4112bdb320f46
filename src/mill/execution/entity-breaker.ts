/** The circuit breaker: stops a cell when too many of its entities fail, or the same way again and again. */
import { errorFingerprint, shortened, TerminalError, toError } from '../../errors.ts';
import { whereIn } from './authored.ts';
import {
  BREAKER_AFTER_ENTITIES,
  BREAKER_SHARE,
  ENTITY_MESSAGE_CHARACTERS,
  KEPT_ERRORS,
  KEPT_KINDS,
  PLACED_FAILURES,
  REPEATED_ERRORS,
} from './limits.ts';

export interface EntityError {
  readonly id: string;
  readonly message: string;
}

/** Errors that are the same but for what they were made on. */
export interface EntityErrorKind extends EntityError {
  /** Entities that failed so; `id` and `message` are the first one's. */
  readonly count: number;
}

export interface EntityBreaker {
  /** @throws {TerminalError} QUALITY_CIRCUIT_BREAKER above 10 % failures once 100 entities were tried, or at the 50th in a row with the same error. */
  failed(id: string, thrown: unknown): void;
  /** So many in a row passed. @throws {TerminalError} QUALITY_CIRCUIT_BREAKER when the hundredth is among them, after too many failures. */
  passed(count?: number): void;
  /** All entities were tried. @throws {TerminalError} QUALITY_CIRCUIT_BREAKER when every one of them failed, however few. */
  end(): void;
  /** Entities tried. */
  readonly tried: number;
  /** Entities that failed. */
  readonly failures: number;
  /** The first 20. */
  readonly errors: readonly EntityError[];
  /** The first 10. */
  readonly kinds: readonly EntityErrorKind[];
}

export function openEntityBreaker(): EntityBreaker {
  let tried = 0;
  let failures = 0;
  /** The error of the entities that failed last, and how many of them there are in a row. */
  let last: string | undefined;
  let inRow = 0;
  const errors: EntityError[] = [];
  const kinds = countKinds();
  const opened = (): TerminalError => {
    const [first] = errors;
    return new TerminalError(
      'QUALITY_CIRCUIT_BREAKER',
      `${failures} of ${tried} entities failed, above ${BREAKER_SHARE * 100} %; the first, ${first?.id}: ${first?.message}`,
    );
  };
  const repeated = (id: string, message: string): TerminalError =>
    new TerminalError(
      'QUALITY_CIRCUIT_BREAKER',
      `${REPEATED_ERRORS} entities in a row failed with the same error, ${failures} of ${tried} in all; the last, ${id}: ${message}`,
    );
  const check = (): void => {
    if (tried >= BREAKER_AFTER_ENTITIES && failures > tried * BREAKER_SHARE) throw opened();
  };
  return {
    failed(id, thrown) {
      tried++;
      failures++;
      const message = shortened(toError(thrown).message, ENTITY_MESSAGE_CHARACTERS);
      const fingerprint = errorFingerprint(message);
      const where = failures <= PLACED_FAILURES ? whereOf(thrown) : '';
      if (errors.length < KEPT_ERRORS) errors.push({ id, message: `${message}${where}` });
      kinds.add(fingerprint, where, { id, message: `${message}${where}` });
      inRow = fingerprint === last ? inRow + 1 : 1;
      last = fingerprint;
      check();
      if (inRow === REPEATED_ERRORS) throw repeated(id, `${message}${where}`);
    },
    passed(count = 1) {
      const all = tried + count;
      inRow = 0;
      // The hundredth may be a good one after many bad ones: it is looked at when it comes, however many come with it.
      if (tried < BREAKER_AFTER_ENTITIES && all >= BREAKER_AFTER_ENTITIES) {
        tried = BREAKER_AFTER_ENTITIES;
        check();
      }
      tried = all;
    },
    end() {
      if (tried > 0 && failures === tried) throw opened();
    },
    get tried() {
      return tried;
    },
    get failures() {
      return failures;
    },
    get errors() {
      return errors;
    },
    get kinds() {
      return kinds.all();
    },
  };
}

/** The same words from another line are another mistake, as long as places are looked for. */
function countKinds() {
  const kinds = new Map<string, { id: string; message: string; count: number }>();
  /** The first of each fingerprint. */
  const firstOf = new Map<string, { count: number }>();
  return {
    add(fingerprint: string, where: string, error: EntityError): void {
      const known = where === '' ? firstOf.get(fingerprint) : kinds.get(`${fingerprint}${where}`);
      if (known !== undefined) known.count++;
      else if (kinds.size < KEPT_KINDS) {
        const first = { ...error, count: 1 };
        kinds.set(`${fingerprint}${where}`, first);
        if (!firstOf.has(fingerprint)) firstOf.set(fingerprint, first);
      }
    },
    all: (): EntityErrorKind[] => [...kinds.values()],
  };
}

/** A value that is no Error knows no place. */
const whereOf = (thrown: unknown): string => (thrown instanceof Error ? whereIn(thrown) : '');
