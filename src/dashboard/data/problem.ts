/** What went wrong with a request, in words for the panel that asked. */

export interface Problem {
  /** 0 when there was no answer at all. */
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  /** Places of what was asked that are wrong, where the answer names some. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export const UNREACHABLE: Problem = {
  status: 0,
  code: 'UNREACHABLE',
  title: 'No answer',
  detail: 'Daymill does not answer. Shown is what was known before; it is asked again until it answers.',
};

/** Of the query API, which has errors of its own kind. https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
interface QueryProblem {
  readonly errorType: string;
  readonly error: string;
}

/** As RFC 9457 has it, or the query API; what a proxy says instead is told by its status. */
export async function problemOf(response: Response): Promise<Problem> {
  const told: unknown = await response.json().catch(() => undefined);
  const said = (typeof told === 'object' && told !== null ? told : {}) as Partial<Problem & QueryProblem>;
  const { title, detail = said.error, code = said.errorType } = said;
  return {
    status: response.status,
    code: typeof code === 'string' ? code : `HTTP_${response.status}`,
    title: typeof title === 'string' ? title : `Status ${response.status}`,
    detail: typeof detail === 'string' ? detail : 'The answer says no more than that.',
    ...(Array.isArray(said.errors) && said.errors.length > 0 ? { errors: said.errors } : {}),
  };
}
