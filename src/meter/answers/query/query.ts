/** Answers a PromQL query over what an organization has: parses, selects, evaluates, within its limits. */
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import { QueryError } from '../../promql/query-error.ts';
import { prepare, type QueryOutcome, run } from '../../promql/query.ts';
import { MAX_STEPS } from '../../promql/evaluate/budget.ts';
import type { SelectedSeries, Selection } from '../../promql/selection.ts';

/** As in Prometheus: for how long a sample stands for those that follow. */
export const DEFAULT_LOOKBACK_MS = 300_000;

export interface QueryRequest {
  readonly query: string;
  /** Milliseconds since 1970. Of an instant query they are the same, and the step is 0. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly lookbackMs?: number | undefined;
  /** Shorter than the organization's alone. */
  readonly timeoutMs?: number | undefined;
}

export interface QueryPorts {
  select(
    organization: Organization,
    selection: Selection,
    limits: OrganizationLimits,
    signal: AbortSignal,
  ): Promise<readonly SelectedSeries[]>;
  limitsOf(organization: Organization): Promise<OrganizationLimits>;
  readonly clock: { elapsed(): number };
}

export interface QueryAnswer extends QueryOutcome {
  readonly seconds: number;
}

/** @throws {QueryError} @throws {RetryableError} UNAVAILABLE */
export async function answerQuery(
  organization: Organization,
  { query, startMs, endMs, stepMs, lookbackMs = DEFAULT_LOOKBACK_MS, timeoutMs = Infinity }: QueryRequest,
  ports: QueryPorts,
  signal: AbortSignal,
): Promise<QueryAnswer> {
  const begun = ports.clock.elapsed();
  const prepared = prepare(query, { startMs, endMs, stepMs, lookbackMs });
  const limits = await ports.limitsOf(organization);
  const mostMs = Math.min(limits.query_timeout * 1_000, timeoutMs);
  const timedOut = (): QueryError =>
    new QueryError('timeout', `query timed out after ${mostMs / 1_000} s of query_timeout, or of its own timeout`);
  const checkTime = (): void => {
    if (signal.aborted) throw new QueryError('canceled', 'the query was canceled');
    if (ports.clock.elapsed() - begun > mostMs) throw timedOut();
  };
  const timeout = AbortSignal.timeout(Math.min(Math.max(mostMs, 0), 2 ** 31 - 1));
  const either = AbortSignal.any([signal, timeout]);
  try {
    const nodes = [...prepared.selections];
    const selected = await Promise.all(
      nodes.map(([, selection]) => ports.select(organization, selection, limits, either)),
    );
    checkTime();
    const byNode = new Map(nodes.map(([node], at) => [node, selected[at] ?? []]));
    const most = { maxSamples: limits.max_samples_per_query, maxSteps: MAX_STEPS };
    const outcome = run(prepared, byNode, most, checkTime);
    return { ...outcome, seconds: (ports.clock.elapsed() - begun) / 1_000 };
  } catch (thrown) {
    if (timeout.aborted && !(thrown instanceof QueryError)) throw timedOut();
    throw thrown;
  }
}
