/** The simulated fleet as root data of the fleet's computations. */
import {
  disks,
  durationBuckets,
  durations,
  heartbeats,
  memory,
  requests,
} from '../../../src/computations/fleet/fleet.ts';
import {
  type Metric,
  simulatedFleet,
  type SimulatedFleetOptions,
} from '../../../src/computations/fleet/simulated-fleet.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import type { FleetData } from './run-fleet.ts';

const DATASETS = { heartbeats, memory, requests, durations, durationBuckets, disks } as const;

export interface SimulatedData {
  readonly data: FleetData;
  readonly dates: readonly string[];
  /** By date and service, seconds. */
  readonly durations: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;
}

/** Several organizations lie side by side, as in the store. */
export function simulatedData(...fleets: readonly SimulatedFleetOptions[]): SimulatedData {
  const data = new Map<string, Map<string, CollectedSeries[]>>();
  const timed = new Map<string, ReadonlyMap<string, readonly number[]>>();
  const dates = new Set<string>();
  for (const options of fleets) {
    for (const { date, series, durations: seconds } of simulatedFleet(options)) {
      dates.add(date);
      timed.set(date, seconds);
      for (const metric of Object.keys(DATASETS) as Metric[]) {
        if (series[metric].length === 0) continue;
        const { name } = DATASETS[metric];
        const days = data.get(name) ?? new Map<string, CollectedSeries[]>();
        data.set(name, days);
        days.set(date, [...(days.get(date) ?? []), ...series[metric]]);
      }
    }
  }
  return { data, dates: [...dates].sort(), durations: timed };
}
