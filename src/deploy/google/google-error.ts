/** What Google's REST APIs answer when they do not do it, and what that means for who asked. */

export class GoogleError extends Error {
  override readonly name = 'GoogleError';
  readonly httpStatus: number;
  /** `ALREADY_EXISTS`, `ABORTED` …; empty where an API has none. */
  readonly status: string;

  constructor(httpStatus: number, status: string, message: string) {
    super(message);
    this.httpStatus = httpStatus;
    this.status = status;
  }
}

/** Why the same call may go through later. */
export type Passing = 'busy' | 'propagating';

/** Codes that say of themselves that they pass. */
const BUSY = new Set([429, 500, 502, 503, 504]);

/**
 * Words by which APIs speak of accounts, agents, roles and APIs that were made a moment ago, and are not known everywhere yet.
 * https://cloud.google.com/iam/docs/access-change-propagation
 */
const FRESH =
  /service account|gserviceaccount\.com|service agent|few minutes|has not been used|is disabled|iam\.serviceaccounts/i;

/** Words of an API that does one thing after the other, as Firestore does with the indexes of a collection. */
const IN_TURN = /underlying data changed|in progress|try again|concurrent/i;

export function passingOf({ httpStatus, status, message }: GoogleError): Passing | undefined {
  if (BUSY.has(httpStatus) || status === 'ABORTED') return 'busy';
  // Other changes to the same thing are under way, as with indexes of one collection. Cloud Storage says no status: its bucket is there,
  // made by a request whose answer was lost.
  if (httpStatus === 409 && status !== 'ALREADY_EXISTS' && status !== '') return 'busy';
  if (httpStatus === 400 && IN_TURN.test(message)) return 'busy';
  if (isDisabled({ httpStatus, message })) return 'propagating';
  return [400, 403, 404].includes(httpStatus) && FRESH.test(message) ? 'propagating' : undefined;
}

/** The API was never enabled here: nothing of it is there. */
export const isDisabled = ({ httpStatus, message }: Pick<GoogleError, 'httpStatus' | 'message'>): boolean =>
  httpStatus === 403 && /has not been used in project|it is disabled|SERVICE_DISABLED/i.test(message);

export const isAlreadyThere = (thrown: unknown): boolean =>
  thrown instanceof GoogleError && thrown.httpStatus === 409 && /^(ALREADY_EXISTS|)$/.test(thrown.status);
