/** How full each file system was at the end of the day. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { disks, firstOf, originOf, readingsOf } from './fleet.ts';

export const DiskLevel = z.object({
  organization: z.string(),
  service: z.string(),
  runtime: z.string(),
  /** The labels that tell it from others of its runtime, as `/var (sda1)`; empty where there is none. */
  resource: z.string(),
  /** The last reading of the day: the share that is taken, 0 to 1. */
  level: z.number(),
  readings: z.number().int().positive(),
});
export type DiskLevel = z.infer<typeof DiskLevel>;

/** As OpenTelemetry names them, and as node_exporter does. */
const MOUNT_LABELS = ['system.filesystem.mountpoint', 'mountpoint'];
const DEVICE_LABELS = ['system.device', 'device'];
const STATE_LABELS = ['system.filesystem.state', 'state'];

/** By series; one without a reading is left out, and so are shares that are free or reserved, which OpenTelemetry has as series of their own. */
export const diskLevel = defineComputation({
  name: 'disk-level',
  category: 'capacity',
  productLines: ['fleet'],
  tags: ['capacity'],
  description: 'Share of each file system that was taken at the end of the day',
  needs: { disks: dataset(disks) },
  output: z.record(z.string(), DiskLevel),
  checks: { flatLine: false },
  headline: (series) => `${Object.keys(series).length} file systems`,
  perEntity: (series, { date }) => {
    const readings = readingsOf(series, date);
    const last = readings.at(-1);
    const state = firstOf(series.labels, STATE_LABELS) ?? 'used';
    if (last === undefined || state !== 'used') return undefined;
    const mount = firstOf(series.labels, MOUNT_LABELS) ?? '';
    const device = firstOf(series.labels, DEVICE_LABELS) ?? '';
    const resource = mount === '' || device === '' ? mount + device : `${mount} (${device})`;
    return { ...originOf(series), resource, level: last.value, readings: readings.length };
  },
});
