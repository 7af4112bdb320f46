/** Every route that is served: OpenAPI, the door, and the tests that miss none read the same table. */
import type { MeterPorts } from '../../compose-meter.ts';
import type { Route } from '../route.ts';
import { eventRoutes } from './collect-events.ts';
import { sampleRoutes } from './collect-samples.ts';
import { deadLetterRoutes } from './dead-letters.ts';
import { readEventRoutes } from './read-events.ts';
import { readMetricRoutes } from './read-metrics.ts';
import { resultRoutes } from './results.ts';
import { runtimeRoutes } from './runtimes.ts';
import { exportRoutes } from './export.ts';
import { expositionRoutes } from './exposition.ts';
import { healthRoutes } from './health.ts';
import { liveRoutes } from './live.ts';
import { partitionRoutes } from './partitions.ts';
import { prometheusRoutes } from './prometheus.ts';

/** `ports` is asked when a request comes: the table is there without them. */
export const collectRoutes = (ports: () => MeterPorts): readonly Route[] => [
  ...sampleRoutes(ports),
  ...eventRoutes(ports),
  ...deadLetterRoutes(ports),
  ...runtimeRoutes(ports),
  ...healthRoutes(ports),
  ...partitionRoutes(ports),
  ...exportRoutes(ports),
  ...prometheusRoutes(ports),
  ...resultRoutes(ports),
  ...readEventRoutes(ports),
  ...readMetricRoutes(ports),
  ...liveRoutes(ports),
  ...expositionRoutes(ports),
];
