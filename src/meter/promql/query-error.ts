/** What a query is refused for, with the words of Prometheus's HTTP API for its kind. https://prometheus.io/docs/prometheus/latest/querying/api/ */

/** bad_data: it does not parse or its parameters are none, 400. execution: a bound, a conflict, or what is left out, 422. timeout: 503. */
export type QueryErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly type: QueryErrorType;
  /** Of the expression's text, where it is at fault there. */
  readonly position: { readonly start: number; readonly end: number } | undefined;

  constructor(type: QueryErrorType, message: string, position?: { readonly start: number; readonly end: number }) {
    super(message);
    this.type = type;
    this.position = position;
  }
}
