/** The day of an organization's fleet on one card: what whoever is on call would read first. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { anomalyDays, isOdd } from './anomaly-days.ts';
import { availability } from './availability.ts';
import { capacityForecast } from './capacity-forecast.ts';
import { cpuSaturation } from './cpu-saturation.ts';
import { errorRate } from './error-rate.ts';
import { keyOf } from './fleet.ts';
import { latencyQuantiles } from './latency-quantiles.ts';
import { serviceAvailability } from './service-availability.ts';
import { sloBurn } from './slo-burn.ts';

/** Of each kind, the worst. */
const LISTED = 5;
/** Saturated for so much of the day is worth a look: about an hour and a half. */
const SHORT_SHARE = 0.0625;
/** A file system that may be full within two weeks is worth a look. */
const SOON_DAYS = 14;

const named = z.object({ name: z.string() });

export const FleetBriefing = z.object({
  organization: z.string(),
  /** `incident`: somebody was paged, or a service was down; `watch`: a ticket, a runtime down, a shortage or an unusual day; `calm` otherwise. */
  state: z.enum(['calm', 'watch', 'incident']),
  services: z.number().int().nonnegative(),
  runtimes: z.number().int().nonnegative(),
  /** Of all minutes in which runtimes were expected, the share in which they were there; null where none was. */
  availability: z.number().min(0).max(1).nullable(),
  /** Of all requests of the organization, 0 to 1; null without any. */
  errorRate: z.number().min(0).max(1).nullable(),
  /** Services that were down, with the minutes, longest first. */
  servicesDown: z.array(named.extend({ minutes: z.number() })).max(LISTED),
  runtimesDown: z.array(named.extend({ minutes: z.number() })).max(LISTED),
  /** Services by their alerts, with the highest burn rate of these. */
  paged: z.array(named.extend({ burn: z.number() })).max(LISTED),
  ticketed: z.array(named.extend({ burn: z.number() })).max(LISTED),
  /** The service with the highest 99th percentile, in seconds. */
  slowest: named.extend({ p99: z.number() }).nullable(),
  /** Runtimes whose processor was short for a sixteenth of the day or more, with that share. */
  saturated: z.array(named.extend({ share: z.number() })).max(LISTED),
  /** File systems that are full within two weeks, with the days that are left. */
  filling: z.array(named.extend({ days: z.number() })).max(LISTED),
  /** Services whose traffic or error rate was unlike their days before. */
  unusual: z.array(z.string()).max(LISTED),
});
export type FleetBriefing = z.infer<typeof FleetBriefing>;

/**
 * By `organization/briefing`: nothing in it is of two organizations. One that lacks some of the metrics has that part empty; on a day on which no organization
 * has one of them there is no briefing.
 */
export const fleetBriefing = defineComputation({
  name: 'fleet-briefing',
  category: 'fleet',
  productLines: ['fleet'],
  tags: ['report'],
  description: 'The day of each organization’s fleet on one card',
  needs: {
    runtimes: dependency(availability),
    services: dependency(serviceAvailability),
    errors: dependency(errorRate),
    burns: dependency(sloBurn),
    latencies: dependency(latencyQuantiles),
    processors: dependency(cpuSaturation),
    capacities: dependency(capacityForecast),
    anomalies: dependency(anomalyDays),
  },
  output: z.record(z.string(), FleetBriefing),
  checks: { flatLine: false, nullDensity: false },
  headline: (briefings) => {
    const states = Map.groupBy(Object.values(briefings), ({ state }) => state);
    return ['incident', 'watch', 'calm']
      .flatMap((state) => {
        const found = states.get(state as FleetBriefing['state']);
        return found === undefined ? [] : [`${state}: ${found.map(({ organization }) => organization).join(', ')}`];
      })
      .join('; ');
  },
  compute: (inputs) => {
    const organizations = new Set(
      Object.values(inputs).flatMap((one: Owned) => Object.values(one).map(({ organization }) => organization)),
    );
    return Object.fromEntries(
      [...organizations].sort().map((organization) => {
        const own = <T extends { readonly organization: string }>(all: Readonly<Record<string, T>>): T[] =>
          Object.values(all).filter((one) => one.organization === organization);
        const facts = factsOf({
          runtimes: own(inputs.runtimes),
          services: own(inputs.services),
          errors: own(inputs.errors),
          burns: own(inputs.burns),
          latencies: own(inputs.latencies),
          processors: own(inputs.processors),
          capacities: own(inputs.capacities),
          anomalies: own(inputs.anomalies),
        });
        return [keyOf(organization, 'briefing'), { organization, state: stateOf(facts), ...facts }];
      }),
    );
  },
});

type Owned = Readonly<Record<string, { readonly organization: string }>>;
type ValuesOf<C> = C extends { readonly output: z.ZodType<infer T> } ? T[keyof T][] : never;
type Facts = Omit<FleetBriefing, 'organization' | 'state'>;

interface Own {
  readonly runtimes: ValuesOf<typeof availability>;
  readonly services: ValuesOf<typeof serviceAvailability>;
  readonly errors: ValuesOf<typeof errorRate>;
  readonly burns: ValuesOf<typeof sloBurn>;
  readonly latencies: ValuesOf<typeof latencyQuantiles>;
  readonly processors: ValuesOf<typeof cpuSaturation>;
  readonly capacities: ValuesOf<typeof capacityForecast>;
  readonly anomalies: ValuesOf<typeof anomalyDays>;
}

function factsOf({ runtimes, services, errors, burns, latencies, processors, capacities, anomalies }: Own): Facts {
  const expected = sumOf(runtimes, ({ expectedMinutes }) => expectedMinutes);
  const asked = sumOf(errors, ({ requests }) => requests);
  const alerted = (wanted: string): { name: string; burn: number }[] =>
    burns.flatMap(({ service, alerts }) => {
      const own = alerts.filter(({ severity }) => severity === wanted);
      return own.length === 0 ? [] : [{ name: service, burn: Math.max(...own.map(({ highestBurn }) => highestBurn)) }];
    });
  const slowest = latencies.toSorted((a, b) => (b.p99?.value ?? 0) - (a.p99?.value ?? 0))[0];
  return {
    services: new Set([...services, ...errors].map(({ service }) => service)).size,
    runtimes: runtimes.length,
    availability: expected > 0 ? Math.max(0, 1 - sumOf(runtimes, ({ downMinutes }) => downMinutes) / expected) : null,
    errorRate: asked > 0 ? Math.min(1, sumOf(errors, ({ errors }) => errors) / asked) : null,
    servicesDown: worst(downOf(services.map(({ service, downMinutes }) => [service, downMinutes])), 'minutes'),
    runtimesDown: worst(downOf(runtimes.map(({ runtime, downMinutes }) => [runtime, downMinutes])), 'minutes'),
    paged: worst(alerted('page'), 'burn'),
    ticketed: worst(alerted('ticket'), 'burn'),
    slowest: slowest?.p99 ? { name: slowest.service, p99: slowest.p99.value } : null,
    saturated: worst(
      processors
        .filter(({ shareAbove }) => shareAbove >= SHORT_SHARE)
        .map(({ runtime, shareAbove }) => ({ name: runtime, share: shareAbove })),
      'share',
    ),
    filling: capacities
      .flatMap(({ runtime, resource, daysUntilFull }) =>
        daysUntilFull === null || daysUntilFull > SOON_DAYS
          ? []
          : [{ name: `${runtime} ${resource}`.trim(), days: daysUntilFull }],
      )
      .sort((a, b) => a.days - b.days || byName(a, b))
      .slice(0, LISTED),
    unusual: anomalies
      .filter(({ requests, errorRate }) => isOdd(requests) || isOdd(errorRate))
      .map(({ service }) => service)
      .sort()
      .slice(0, LISTED),
  };
}

function stateOf({
  paged,
  servicesDown,
  ticketed,
  runtimesDown,
  saturated,
  filling,
  unusual,
}: Facts): FleetBriefing['state'] {
  if (paged.length + servicesDown.length > 0) return 'incident';
  return ticketed.length + runtimesDown.length + saturated.length + filling.length + unusual.length > 0
    ? 'watch'
    : 'calm';
}

const sumOf = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);

const downOf = (all: readonly (readonly [name: string, minutes: number])[]): { name: string; minutes: number }[] =>
  all.filter(([, minutes]) => minutes > 0).map(([name, minutes]) => ({ name, minutes }));

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1);

/** The first of them by a figure, the highest first, equals by name. */
const worst = <K extends string, T extends { readonly name: string } & Readonly<Record<K, number>>>(
  all: readonly T[],
  by: K,
): T[] => all.toSorted((a, b) => b[by] - a[by] || byName(a, b)).slice(0, LISTED);
