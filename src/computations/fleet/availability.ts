/** How much of the day each runtime was there. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { keyOf } from './fleet.ts';
import { type HeartbeatSpans, heartbeatSpans } from './heartbeat-spans.ts';
import { Uptime, uptimeOf } from './outages.ts';

export const Availability = Uptime.extend({ organization: z.string(), service: z.string(), runtime: z.string() });

/**
 * By `organization/service/runtime`. Availability by time, as in "Site Reliability Engineering" (Beyer, Jones, Petoff & Murphy, 2016), chapter 3: uptime over
 * uptime and downtime. Several series of one runtime, as of a second collector, are one: it is alive where any of them says so. A runtime that ends in the day
 * is down to the end of it, and on the seven days after; then it is forgotten. Those that are replaced daily are better read by `service-availability`.
 */
export const availability = defineComputation({
  name: 'availability',
  category: 'availability',
  productLines: ['fleet'],
  tags: ['availability'],
  description: 'Share of the day that each runtime was alive, and its outages',
  needs: { heard: dependency(heartbeatSpans), before: previous() },
  output: z.record(z.string(), Availability),
  checks: { flatLine: false },
  headline: (runtimes) => {
    const down = Object.values(runtimes).filter(({ downMinutes }) => downMinutes > 0).length;
    return `${Object.keys(runtimes).length} runtimes, ${down} with outages`;
  },
  compute: ({ heard, before = {} }, { date }) => {
    const byKey = Map.groupBy(Object.values(heard), (one: HeartbeatSpans) =>
      keyOf(one.organization, one.service, one.runtime),
    );
    const runtimes: Record<string, z.infer<typeof Availability>> = {};
    for (const key of new Set([...byKey.keys(), ...Object.keys(before)])) {
      const own = byKey.get(key) ?? [];
      const uptime = uptimeOf(own, before[key], date);
      const origin = own[0] ?? before[key];
      if (uptime === undefined || origin === undefined) continue;
      const { organization, service, runtime } = origin;
      runtimes[key] = { organization, service, runtime, ...uptime };
    }
    return runtimes;
  },
});
