/** Whose metrics are asked for: the link's organization goes along with every request. */
import { query } from '../shell/location.ts';

export function ofOrganization(url: string): string {
  const organization = query.peek().get('org');
  if (organization === null || url.includes('org=')) return url;
  return `${url}${url.includes('?') ? '&' : '?'}org=${encodeURIComponent(organization)}`;
}
