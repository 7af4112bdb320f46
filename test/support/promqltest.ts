/**
 * Reads and runs test scripts in the notation of Prometheus's own developers, against our evaluator.
 * https://github.com/prometheus/prometheus/tree/main/promql/promqltest
 */
import { prepare, type QueryResult, run } from '../../src/meter/promql/query.ts';
import { QueryError } from '../../src/meter/promql/query-error.ts';
import { differenceOf } from './promqltest/compare.ts';
import { type Evaluation, evaluationOf } from './promqltest/evaluation.ts';
import { Unsupported } from './promqltest/notation.ts';
import { Storage } from './promqltest/storage.ts';

const LOOKBACK_MS = 300_000;
const LIMITS = { maxSamples: 50_000_000, maxSteps: 11_000 };

export interface Dialect {
  /**
   * A script of Prometheus 2, in which ranges and the lookback had both of their ends: they are made longer by a millisecond, the least that
   * there is between samples, and values are compared as roughly.
   */
  readonly isClosed: boolean;
}

export interface Outcome {
  readonly line: number;
  readonly command: string;
  /** Undefined when it is as the script has it. */
  readonly problem: string | undefined;
  /** What of the script is not taken here. */
  readonly skipped: string | undefined;
}

interface Block {
  readonly line: number;
  readonly head: string;
  readonly body: readonly string[];
}

/** A command, and the lines that belong to it. */
function blocksOf(script: string): Block[] {
  const blocks: { line: number; head: string; body: string[] }[] = [];
  for (const [at, raw] of script.split('\n').entries()) {
    const text = raw.trim();
    if (text === '' || text.startsWith('#')) continue;
    if (/^(?:load|load_with_nhcb|clear|eval\w*)\b/.test(raw)) blocks.push({ line: at + 1, head: text, body: [] });
    else blocks.at(-1)?.body.push(text);
  }
  return blocks;
}

/** Each `eval` of a script with what became of it. */
export function runScript(script: string, dialect: Dialect = { isClosed: false }): Outcome[] {
  const storage = new Storage();
  const outcomes: Outcome[] = [];
  for (const { line, head, body } of blocksOf(script)) {
    if (head === 'clear') storage.clear();
    else if (head.startsWith('load')) storage.load(head, body);
    else outcomes.push({ line, command: head, ...outcomeOf(head, body, storage, dialect) });
  }
  return outcomes;
}

function outcomeOf(
  head: string,
  body: readonly string[],
  storage: Storage,
  dialect: Dialect,
): Pick<Outcome, 'problem' | 'skipped'> {
  try {
    const problem = problemOf(evaluationOf(head, body), storage, dialect);
    // Where something was not loaded, what differs tells nothing.
    const isTold = problem === undefined || storage.lacking === undefined;
    return isTold ? { problem, skipped: undefined } : { problem: undefined, skipped: storage.lacking };
  } catch (thrown) {
    if (thrown instanceof Unsupported) return { problem: undefined, skipped: thrown.message };
    throw new Error(head, { cause: thrown });
  }
}

function problemOf(evaluation: Evaluation, storage: Storage, dialect: Dialect): string | undefined {
  const { failure } = evaluation;
  const epsilon = dialect.isClosed ? 2e-5 : 1e-6;
  try {
    const result = resultOf(evaluation, storage, dialect);
    if (failure !== undefined) return `did not fail, but gave ${JSON.stringify(result)}`;
    return differenceOf(result, evaluation, epsilon) ?? inRange(evaluation, result, storage, dialect);
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    if (failure === undefined) return `failed with ${thrown.message}`;
    return failure.every((message) => message.test(thrown.message)) ? undefined : `failed with ${thrown.message}`;
  }
}

function resultOf(evaluation: Evaluation, storage: Storage, { isClosed }: Dialect): QueryResult {
  const { expression, startMs, endMs, stepMs } = evaluation;
  const text = isClosed ? expression.replaceAll(/\[([\w]+)(?=[\]:])/g, '[$11ms') : expression;
  const lookbackMs = isClosed ? LOOKBACK_MS + 1 : LOOKBACK_MS;
  const prepared = prepare(text, { startMs, endMs, stepMs, lookbackMs });
  const selected = new Map([...prepared.selections].map(([node, selection]) => [node, storage.select(selection)]));
  return run(prepared, selected, LIMITS).result;
}

/** What depends on the query's times, and an order that ranges do not have. */
const OF_INSTANTS = /\b(?:start|end|range|step)\s*\(|\bsort|\b(?:top|bottom|limit)k\b/;

const AROUND_MS = 60_000;

/** An instant's answer is also that of its step of a range around it. As the original's developers do it. */
function inRange(evaluation: Evaluation, instant: QueryResult, storage: Storage, dialect: Dialect): string | undefined {
  if (instant.type !== 'vector' || evaluation.stepMs > 0 || OF_INSTANTS.test(evaluation.expression)) return undefined;
  const { startMs } = evaluation;
  const times = { startMs: startMs - AROUND_MS, endMs: startMs + AROUND_MS, stepMs: AROUND_MS };
  const range = resultOf({ ...evaluation, ...times }, storage, dialect);
  if (range.type !== 'matrix') return `a ${range.type} as a range`;
  const written = (result: Extract<QueryResult, { series: unknown }>): string[] =>
    result.series
      .flatMap(({ labels, timesMs, values }) => {
        const at = timesMs.indexOf(startMs);
        return at < 0 ? [] : [`${JSON.stringify(labels)} ${(values[at] as number).toPrecision(10)}`];
      })
      .toSorted();
  const [one, other] = [JSON.stringify(written(instant)), JSON.stringify(written(range))];
  return one === other ? undefined : `as a step of a range it is ${other}, not ${one}`;
}
