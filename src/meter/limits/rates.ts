/** Which of an organization's limits a kind of spending is held to. */
import type { OrganizationLimits } from '../model/limits.ts';
import type { Rate } from './gcra.ts';

/** Of requests as many may come at once as come in so many seconds at their rate. */
export const REQUEST_BURST_SECONDS = 10;

export interface NamedRate extends Rate {
  readonly names: { readonly rate: keyof OrganizationLimits; readonly burst: keyof OrganizationLimits };
}

export function ingestionRate({ ingestion_rate, ingestion_burst_size }: OrganizationLimits): NamedRate {
  return {
    perSecond: ingestion_rate,
    burst: ingestion_burst_size,
    names: { rate: 'ingestion_rate', burst: 'ingestion_burst_size' },
  };
}

export function requestRate(
  limits: OrganizationLimits,
  name: 'request_rate' | 'batch_request_rate' | 'read_request_rate',
): NamedRate {
  const perSecond = limits[name];
  return { perSecond, burst: perSecond * REQUEST_BURST_SECONDS, names: { rate: name, burst: name } };
}
