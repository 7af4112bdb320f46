/** What an organization is answered that sends more than it may: 429, when to come again, and which limit it was. */
import type { QuotaVerdict } from '../meter/ports/quotas.ts';
import { HttpError } from './http-error.ts';

type Refused = Extract<QuotaVerdict, { ok: false }>;

/** Headers as https://www.ietf.org/archive/id/draft-ietf-httpapi-ratelimit-headers-11.html has them. */
export function quotaError({ name, limit, value, retryAfterSeconds }: Refused): HttpError {
  const advice =
    limit === 'burst'
      ? 'Send less at once.'
      : `Send it again in ${retryAfterSeconds} s, or ask for more: GET /api/v1/user_limits says what there is.`;
  return new HttpError(
    429,
    limit === 'burst' ? 'BURST_EXCEEDED' : 'RATE_EXCEEDED',
    `The ${limit} of ${name}, ${value}, is exceeded. ${advice}`,
    {
      headers: {
        'retry-after': String(retryAfterSeconds),
        ratelimit: `"${name}";r=0;t=${retryAfterSeconds}`,
        'ratelimit-policy': `"${name}";q=${value};w=1`,
      },
    },
  );
}
