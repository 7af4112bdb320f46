/** The fleet's computations, all of them. */
import { anomalyDays } from '../../../src/computations/fleet/anomaly-days.ts';
import { availability } from '../../../src/computations/fleet/availability.ts';
import { bucketLatencyQuantiles } from '../../../src/computations/fleet/bucket-latency-quantiles.ts';
import { capacityForecast } from '../../../src/computations/fleet/capacity-forecast.ts';
import { cpuSaturation } from '../../../src/computations/fleet/cpu-saturation.ts';
import { diskLevel } from '../../../src/computations/fleet/disk-level.ts';
import { errorRate } from '../../../src/computations/fleet/error-rate.ts';
import { fleetBriefing } from '../../../src/computations/fleet/fleet-briefing.ts';
import { heartbeatSpans } from '../../../src/computations/fleet/heartbeat-spans.ts';
import { latencyAnomalyDays } from '../../../src/computations/fleet/latency-anomaly-days.ts';
import { latencyQuantiles } from '../../../src/computations/fleet/latency-quantiles.ts';
import { memorySaturation } from '../../../src/computations/fleet/memory-saturation.ts';
import { requestWindows } from '../../../src/computations/fleet/request-windows.ts';
import { serviceAvailability } from '../../../src/computations/fleet/service-availability.ts';
import { sloBurn } from '../../../src/computations/fleet/slo-burn.ts';
import type { Computation } from '../../../src/index.ts';

export const ALL: readonly Computation<Record<string, unknown>>[] = [
  anomalyDays,
  availability,
  bucketLatencyQuantiles,
  capacityForecast,
  cpuSaturation,
  diskLevel,
  errorRate,
  fleetBriefing,
  heartbeatSpans,
  latencyAnomalyDays,
  latencyQuantiles,
  memorySaturation,
  requestWindows,
  serviceAvailability,
  sloBurn,
];
