/** How much of the day each service was there: by any of its runtimes. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { keyOf } from './fleet.ts';
import { type HeartbeatSpans, heartbeatSpans } from './heartbeat-spans.ts';
import { Uptime, uptimeOf } from './outages.ts';

export const ServiceAvailability = Uptime.extend({
  organization: z.string(),
  service: z.string(),
  /** Runtimes that were heard of this day. */
  runtimes: z.number().int().nonnegative(),
});

/** By `organization/service`: an outage is when no runtime was alive. A service of which nothing is heard is down for seven days, and then forgotten. */
export const serviceAvailability = defineComputation({
  name: 'service-availability',
  category: 'availability',
  productLines: ['fleet'],
  tags: ['availability'],
  description: 'Share of the day that each service had a runtime alive',
  needs: { heard: dependency(heartbeatSpans), before: previous() },
  output: z.record(z.string(), ServiceAvailability),
  checks: { flatLine: false },
  headline: (services) => {
    const down = Object.values(services).filter(({ downMinutes }) => downMinutes > 0).length;
    return `${Object.keys(services).length} services, ${down} with outages`;
  },
  compute: ({ heard, before = {} }, { date }) => {
    const byKey = Map.groupBy(Object.values(heard), (one: HeartbeatSpans) => keyOf(one.organization, one.service));
    const services: Record<string, z.infer<typeof ServiceAvailability>> = {};
    for (const key of new Set([...byKey.keys(), ...Object.keys(before)])) {
      const own = byKey.get(key) ?? [];
      const uptime = uptimeOf(own, before[key], date);
      const origin = own[0] ?? before[key];
      if (uptime === undefined || origin === undefined) continue;
      const runtimes = new Set(own.map(({ runtime }) => runtime)).size;
      services[key] = { organization: origin.organization, service: origin.service, runtimes, ...uptime };
    }
    return services;
  },
});
