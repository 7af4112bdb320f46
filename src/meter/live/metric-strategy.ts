/** How values of heartbeats become live metrics: a strategy a key. Pure. */
import { UserError } from '../../errors.ts';

export type MetricStrategy =
  /** A moving average in which each value has the weight `alpha`, above 0 and at most 1. */
  | { readonly kind: 'average'; readonly alpha: number }
  /** One in which a value has the weight of the time since the one before. `of` names a key whose values it takes; then none are sent to it. */
  | { readonly kind: 'time-average'; readonly tauMs: number; readonly of?: string }
  /** What came since the last heartbeat is added; it never falls. */
  | { readonly kind: 'counter' }
  | { readonly kind: 'latest' };

/** The key that a heartbeat's own time is kept under; no heartbeat sends it. */
export const LAST_HEARTBEAT = 'last_heartbeat';

/** What is older than nine heartbeats has less than a twentieth of the weight: 0.7^9. */
export const LOAD_ALPHA = 0.3;

/** Of durations of jobs, as TCP smooths those of round trips: https://www.rfc-editor.org/rfc/rfc6298#section-2 */
export const JOB_TIME_BETA = 0.125;

/** As the first of Unix's load averages. */
export const LOAD_TAU_MS = 60_000;

/** A row's changes are a bit a key. */
export const MAX_KEYS = 32;

const MAX_KEY_LENGTH = 100;

export const DEFAULT_STRATEGIES: ReadonlyMap<string, MetricStrategy> = new Map<string, MetricStrategy>([
  ['cpu_ema', { kind: 'average', alpha: LOAD_ALPHA }],
  ['memory_ema', { kind: 'average', alpha: LOAD_ALPHA }],
  ['queue_len_ema', { kind: 'average', alpha: LOAD_ALPHA }],
  ['cpu_time_ema', { kind: 'time-average', tauMs: LOAD_TAU_MS, of: 'cpu_ema' }],
  ['memory_time_ema', { kind: 'time-average', tauMs: LOAD_TAU_MS, of: 'memory_ema' }],
  ['queue_len_time_ema', { kind: 'time-average', tauMs: LOAD_TAU_MS, of: 'queue_len_ema' }],
  ['avg_job_time', { kind: 'average', alpha: JOB_TIME_BETA }],
  ['success_count', { kind: 'counter' }],
  ['failure_count', { kind: 'counter' }],
  ['throughput', { kind: 'counter' }],
]);

/** @throws {UserError} BAD_ARGUMENT, on a name or a number that cannot be meant. */
export function checkStrategy(key: string, strategy: MetricStrategy): void {
  const refuse = (why: string): never => {
    throw new UserError('BAD_ARGUMENT', `The metric "${key.slice(0, MAX_KEY_LENGTH)}" ${why}`);
  };
  if (!/^[a-z][a-z0-9_]*$/.test(key) || key.length > MAX_KEY_LENGTH)
    refuse(`has no name for a key: small letters, digits and "_", a letter first, ${MAX_KEY_LENGTH} at most.`);
  if (key === LAST_HEARTBEAT) refuse('is the time of the last heartbeat, and has its strategy already.');
  if (strategy.kind === 'average' && !(strategy.alpha > 0 && strategy.alpha <= 1))
    refuse(`has the weight ${strategy.alpha}; it has to be above 0 and at most 1.`);
  if (strategy.kind === 'time-average' && !(strategy.tauMs > 0 && Number.isFinite(strategy.tauMs)))
    refuse(`has the time constant ${strategy.tauMs} ms; it has to be above 0.`);
}
