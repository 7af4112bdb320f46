/** Live windows over what was committed: each sample counts in its minute, and minutes that are over are written down. */
import { codeOf, toError } from '../../../errors.ts';
import type { Log, SteadyClock } from '../../../process/ports.ts';
import { LiveWindows, type WindowName, type WindowOptions } from '../../live/windows.ts';
import type { SeriesKind, WindowStats } from '../../live/minute.ts';
import type { Organization } from '../../model/organization.ts';
import { metricName, type Series } from '../../model/series.ts';
import type { MinuteStore } from '../../ports/minutes.ts';
import type { KnownSeries } from '../collect/contribution.ts';
import type { Taken } from '../collect/collect.ts';

/** Between two looks whether minutes are over. */
const LOOK_MS = 10_000;

export interface WatchPorts extends WindowOptions {
  readonly minutes: Pick<MinuteStore, 'write'>;
  readonly clock: SteadyClock;
  readonly log: Log;
  readonly newId: () => string;
}

export interface WatchedWindows {
  /** Never throws, and is waited for by nobody: windows can be made again from what is stored. */
  observe(taken: Pick<Taken, 'organization' | 'samples' | 'series' | 'refused'>): void;
  read(organization: Organization, series: number, window: WindowName, atMs: number): WindowStats | undefined;
  /** Writes the minutes that are over; answers how many documents. */
  write(): Promise<number>;
  counts(): ReturnType<LiveWindows['counts']>;
}

const KINDS: readonly SeriesKind[] = ['gauge', 'counter', 'delta'];

/** By the endings that Prometheus and OpenMetrics have for what only grows. https://prometheus.io/docs/practices/naming/ */
const GROWS = /_(?:total|count|sum|bucket)$/;

const kindOf = (series: Series): SeriesKind =>
  series.temporality === 'delta' ? 'delta' : GROWS.test(metricName(series.labels) ?? '') ? 'counter' : 'gauge';

export function watchWindows(ports: WatchPorts): WatchedWindows {
  const windows = new LiveWindows(ports);
  const { clock, log } = ports;
  /** By number, one more than its place among the kinds; 0 of a series that was not seen yet. */
  const kinds = new WeakMap<KnownSeries, Uint8Array>();
  /** Of which the numbers are: another one has others. */
  const latest = new Map<Organization, KnownSeries>();
  let lookedMs = clock.elapsed();
  let writing: Promise<number> | undefined;

  const kindsOf = (series: KnownSeries, most: number): Uint8Array => {
    const found = kinds.get(series);
    if (found !== undefined && found.length > most) return found;
    const longer = new Uint8Array((most + 1) * 2);
    if (found !== undefined) longer.set(found);
    kinds.set(series, longer);
    return longer;
  };

  const write = async (): Promise<number> => {
    let documents = 0;
    const nameOf = (organization: Organization, series: number): string =>
      JSON.stringify(latest.get(organization)?.get(series).labels ?? []);
    for (const closed of windows.close(clock.now(), nameOf)) {
      if (closed === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      try {
        await ports.minutes.write(ports.newId(), closed);
        documents++;
      } catch (thrown) {
        log.warn(
          { event: 'live.minute_not_written', organization: closed.organization, code: codeOf(thrown) },
          `${toError(thrown).message}. Its samples are stored: the minute can be made again`,
        );
      }
    }
    return documents;
  };
  const writeOnce = (): Promise<number> => {
    writing ??= write().finally(() => (writing = undefined));
    return writing;
  };

  return {
    observe({ organization, samples, series, refused }) {
      const nowMs = clock.now();
      latest.set(organization, series);
      let most = 0;
      for (let at = 0; at < samples.length; at++) most = Math.max(most, samples.series[at] as number);
      const known = kindsOf(series, most);
      for (let at = 0; at < samples.length; at++) {
        if (refused.has(at) || samples.isStale(at)) continue;
        const value = samples.numberAt(at);
        if (value === undefined) continue;
        const number = samples.series[at] as number;
        if (known[number] === 0) known[number] = KINDS.indexOf(kindOf(series.get(number))) + 1;
        const kind = KINDS[(known[number] as number) - 1] as SeriesKind;
        windows.add(organization, number, { kind, atMs: samples.timestampsMs[at] as number, value }, nowMs);
      }
      if (clock.elapsed() - lookedMs < LOOK_MS) return;
      lookedMs = clock.elapsed();
      void writeOnce();
    },
    read: (organization, series, window, atMs) => windows.read(organization, series, window, atMs),
    write: writeOnce,
    counts: () => windows.counts(),
  };
}
