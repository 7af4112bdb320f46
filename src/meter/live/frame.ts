/** What readers of the live stream are sent: heartbeats, samples, and windows that have closed. Pure. */
import type { Samples } from '../model/samples.ts';
import { type Labels, NAME_LABEL, type Series } from '../model/series.ts';

export const FRAME_KINDS = ['samples', 'heartbeat', 'window'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

export interface Frame {
  /** Of the instance that sends it; readers resume after it. */
  readonly id: string;
  readonly kind: FrameKind;
  /** What it is of: whose events it belongs to. Empty where it is of no device. */
  readonly devices: readonly string[];
  /** JSON. */
  readonly data: string;
}

/** Samples of one frame: more are left out, and counted. A stream is for looking, not for keeping. */
export const MAX_FRAME_SAMPLES = 500;

/** Labels that say which device something is of. */
const DEVICE_LABELS = new Set(['device', 'device_id', 'runtime_id']);

export const devicesOf = (labels: Labels): readonly string[] =>
  labels.filter(([name]) => DEVICE_LABELS.has(name)).map(([, value]) => value);

export interface FrameContent {
  readonly kind: FrameKind;
  readonly devices: readonly string[];
  readonly data: string;
}

/** Undefined where there is nothing to show. */
export function samplesFrame(
  samples: Samples,
  seriesOf: (number: number) => Series,
  isRefused: (at: number) => boolean,
): FrameContent | undefined {
  const shown: {
    readonly metric: Readonly<Record<string, string>>;
    readonly at: number;
    readonly value: number | null;
  }[] = [];
  const devices = new Set<string>();
  let leftOut = 0;
  for (let at = 0; at < samples.length; at++) {
    const value = samples.numberAt(at);
    if (value === undefined || isRefused(at) || samples.isStale(at)) continue;
    if (shown.length === MAX_FRAME_SAMPLES) {
      leftOut++;
      continue;
    }
    const { labels } = seriesOf(samples.series[at] as number);
    for (const device of devicesOf(labels)) devices.add(device);
    shown.push({
      metric: Object.fromEntries(labels.toSorted(([a], [b]) => Number(b === NAME_LABEL) - Number(a === NAME_LABEL))),
      at: samples.timestampsMs[at] as number,
      value: Number.isFinite(value) ? value : null,
    });
  }
  if (shown.length === 0) return undefined;
  return { kind: 'samples', devices: [...devices], data: JSON.stringify({ samples: shown, leftOut }) };
}

/** What of it is of these devices, as another frame of the same id; undefined where nothing is. */
export function framesPart(frame: Frame, isOf: (device: string) => boolean): Frame | undefined {
  if (!frame.devices.some(isOf)) return undefined;
  if (frame.kind !== 'samples') return frame;
  const { samples, leftOut } = JSON.parse(frame.data) as {
    readonly samples: readonly { readonly metric: Readonly<Record<string, string>> }[];
    readonly leftOut: number;
  };
  const own = samples.filter(({ metric }) => devicesOf(Object.entries(metric)).some(isOf));
  return { ...frame, devices: frame.devices.filter(isOf), data: JSON.stringify({ samples: own, leftOut }) };
}

/** What a frame takes beside its data: its id, its kind and its devices. */
const ABOUT_BYTES = 100;

export const frameBytes = ({ data }: FrameContent): number => data.length + ABOUT_BYTES;

/** The last frames, for readers that come back. */
export class FrameRing {
  readonly #frames: Frame[] = [];
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  push(frame: Frame): void {
    this.#frames.push(frame);
    this.#bytes += frameBytes(frame);
    while (this.#bytes > this.#maxBytes && this.#frames.length > 1)
      this.#bytes -= frameBytes(this.#frames.shift() as Frame);
  }

  /** Nothing is known any more. */
  clear(): void {
    this.#frames.length = 0;
    this.#bytes = 0;
  }

  /** Those that follow; undefined where it is not known any more, or was never one of ours. */
  after(id: string): readonly Frame[] | undefined {
    const at = this.#frames.findIndex((frame) => frame.id === id);
    return at < 0 ? undefined : this.#frames.slice(at + 1);
  }
}
