/** What a request to the query API says, in a URL or a form. */
import { QueryError } from '../../../meter/promql/query-error.ts';
import { parse } from '../../../meter/promql/parse/parse.ts';
import { parseDuration } from '../../../meter/promql/parse/number.ts';
import type { Matcher } from '../../../meter/promql/selection.ts';
import type { QueryRequest } from '../../../meter/answers/query/query.ts';
import type { Asked } from '../../route.ts';

/** Times that a double still says to the millisecond, and that have four digits of a year. */
const MAX_SECONDS = 253_402_300_799;

/** Where no range is said, names of the last day are meant. */
const DEFAULT_RANGE_MS = 86_400_000;

export class Parameters {
  readonly #values: URLSearchParams;
  readonly #nowMs: number;

  constructor(values: URLSearchParams, nowMs: number) {
    this.#values = values;
    this.#nowMs = nowMs;
  }

  /** Undefined where it is not said, or empty. */
  text(name: string): string | undefined {
    return this.#values.get(name) || undefined;
  }

  missing(name: string): QueryError {
    return new QueryError('bad_data', `parameter "${name}" is missing: send it`);
  }

  instantQuery(): QueryRequest {
    const timeMs = this.#time('time') ?? this.#nowMs;
    return { query: this.#query(), startMs: timeMs, endMs: timeMs, stepMs: 0, ...this.#options() };
  }

  rangeQuery(): QueryRequest {
    const query = this.#query();
    const startMs = this.#needed('start', this.#time('start'));
    const endMs = this.#needed('end', this.#time('end'));
    const stepMs = this.#needed('step', this.#duration('step'));
    if (endMs < startMs) throw invalid('end', 'end timestamp must not be before start time');
    if (stepMs <= 0)
      throw invalid('step', 'zero or negative query resolution step widths are not accepted. Try a positive integer');
    return { query, startMs, endMs, stepMs, ...this.#options() };
  }

  seriesRequest(most: number): {
    readonly matchers: readonly (readonly Matcher[])[];
    readonly fromMs: number;
    readonly toMs: number;
    readonly limit: number;
  } {
    const toMs = this.#time('end') ?? this.#nowMs;
    const fromMs = this.#time('start') ?? toMs - DEFAULT_RANGE_MS;
    if (toMs < fromMs) throw invalid('end', 'end timestamp must not be before start time');
    return { matchers: this.#values.getAll('match[]').map(matchersOf), fromMs, toMs, limit: this.limit() ?? most };
  }

  /** Undefined for all, which 0 says, too. */
  limit(): number | undefined {
    const text = this.text('limit');
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) throw invalid('limit', `cannot parse "${text}" to a whole number`);
    return Number(text) || undefined;
  }

  #query(): string {
    const query = this.#values.get('query');
    if (query === null) throw this.missing('query');
    return query;
  }

  #options(): Pick<QueryRequest, 'timeoutMs' | 'lookbackMs'> {
    const lookbackMs = this.#duration('lookback_delta');
    if (lookbackMs !== undefined && lookbackMs <= 0) throw invalid('lookback_delta', 'must be positive');
    return { timeoutMs: this.#duration('timeout'), lookbackMs };
  }

  #needed(name: string, value: number | undefined): number {
    if (value === undefined) throw this.missing(name);
    return value;
  }

  /** Seconds since 1970, or as RFC 3339 has it. */
  #time(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return parseTime(name, text);
  }

  /** Seconds, or 1h30m; milliseconds. */
  #duration(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = NUMBER.test(text)
      ? Math.round(Number(text) * 1_000)
      : DURATION.test(text)
        ? parseDuration(text)
        : undefined;
    if (ms === undefined || !Number.isSafeInteger(ms))
      throw invalid(name, `cannot parse "${text}" to a valid duration: send seconds, or 1h30m`);
    return ms;
  }
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DURATION = /^(?:\d+(?:ms|[ywdhms]))+$/;
const RFC3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

/** Seconds since 1970, or as RFC 3339 has it; milliseconds. @throws {QueryError} bad_data */
export function parseTime(name: string, text: string): number {
  const seconds = NUMBER.test(text) ? Number(text) : NaN;
  const ms = Number.isNaN(seconds) ? rfc3339(text) : Math.round(seconds * 1_000);
  if (Number.isNaN(ms) || Math.abs(ms) > MAX_SECONDS * 1_000)
    throw invalid(
      name,
      `cannot parse "${text}" to a valid timestamp: send seconds since 1970, or 2026-01-31T00:00:00Z`,
    );
  return ms;
}

const rfc3339 = (text: string): number => (RFC3339.test(text) ? Date.parse(text) : NaN);

const invalid = (name: string, why: string): QueryError =>
  new QueryError('bad_data', `invalid parameter "${name}": ${why}`);

/** @throws {QueryError} bad_data */
export function matchersOf(text: string): readonly Matcher[] {
  try {
    const expr = parse(text);
    if (expr.kind === 'vector' && expr.offset === undefined && expr.at === undefined) return expr.matchers;
  } catch (thrown) {
    if (thrown instanceof QueryError) throw invalid('match[]', thrown.message);
    throw thrown;
  }
  throw invalid('match[]', `"${text}" is no series selector, as up{job="a"} is`);
}

/** A form, and what the URL says beside it. */
export function parametersOf({ body, query, receivedAtMs }: Asked): Parameters {
  const form = new URLSearchParams(body instanceof Uint8Array ? Buffer.from(body).toString('utf8') : '');
  for (const [name, value] of query) form.append(name, value);
  return new Parameters(form, receivedAtMs);
}
