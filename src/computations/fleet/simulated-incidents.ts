/** What goes wrong in the simulated fleet: the truth that the computations are to find. */

/** Days count from 0, minutes from midnight. */
interface At {
  readonly service: string;
  readonly day: number;
}
interface During extends At {
  readonly fromMinute: number;
  readonly minutes: number;
}

export type Incident =
  /** No heartbeats, of one runtime or of all of the service. */
  | (During & { readonly kind: 'silent'; readonly runtime?: string })
  /** So large a share of requests fails. */
  | (During & { readonly kind: 'errors'; readonly errorRate: number })
  /** Requests take so many times as long. */
  | (During & { readonly kind: 'slow'; readonly factor: number })
  /** The processor is so far taken. */
  | (During & { readonly kind: 'hot'; readonly runtime: string; readonly cpu: number })
  /** From this day on the file system takes so much more of itself each day. */
  | (At & { readonly kind: 'filling'; readonly runtime: string; readonly perDay: number })
  /** So many times the traffic of such a day. */
  | (At & { readonly kind: 'traffic'; readonly factor: number })
  /** Counters begin anew at 0; nothing else happens. */
  | (At & { readonly kind: 'restart'; readonly runtime: string; readonly minute: number });

export const isDuring = (
  incident: { readonly day: number; readonly fromMinute: number; readonly minutes: number },
  day: number,
  minute: number,
): boolean => {
  const from = incident.day * 1_440 + incident.fromMinute;
  const now = day * 1_440 + minute;
  return now >= from && now < from + incident.minutes;
};

/** Of the sample: a fortnight with one of each kind, and restarts that are nothing. */
export const INCIDENTS: readonly Incident[] = [
  { kind: 'restart', service: 'search', runtime: 'search/4', day: 1, minute: 615 },
  { kind: 'silent', service: 'checkout', runtime: 'checkout/3', day: 3, fromMinute: 540, minutes: 47 },
  { kind: 'restart', service: 'checkout', runtime: 'checkout/3', day: 3, minute: 587 },
  { kind: 'hot', service: 'mail', runtime: 'mail/7', day: 5, fromMinute: 120, minutes: 180, cpu: 0.95 },
  { kind: 'errors', service: 'search', day: 7, fromMinute: 845, minutes: 40, errorRate: 0.2 },
  { kind: 'errors', service: 'mail', day: 9, fromMinute: 200, minutes: 600, errorRate: 0.012 },
  { kind: 'silent', service: 'search', day: 10, fromMinute: 1_425, minutes: 35 },
  { kind: 'slow', service: 'checkout', day: 11, fromMinute: 600, minutes: 300, factor: 6 },
  { kind: 'filling', service: 'mail', runtime: 'mail/2', day: 2, perDay: 0.03 },
];
