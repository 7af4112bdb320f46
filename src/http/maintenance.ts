/** What time brings to what is collected, carried out by the function that the schedule calls anyway. */
import { readConfig } from '../config/config.ts';
import type { MaintainReport } from '../meter/steps/maintain/maintain.ts';
import type { MeterPorts } from '../compose-meter.ts';

let composed: MeterPorts | undefined;

/** Undefined where nothing is collected. */
export async function maintainMeter(): Promise<MaintainReport | undefined> {
  if (composed === undefined) {
    const config = readConfig(process.env, process.cwd(), process.pid);
    if (config.collect === undefined) return undefined;
    // Loaded where it is needed: most deployments collect nothing.
    const { composeMeter } = await import('../compose-meter.ts');
    composed = composeMeter(config);
  }
  const { maintain } = await import('../meter/steps/maintain/maintain.ts');
  return maintain(composed);
}
