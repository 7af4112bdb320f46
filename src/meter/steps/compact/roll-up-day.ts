/** Makes the rollups of a closed day out of its chunks, and says of which content they are. */
import type { Samples } from '../../model/samples.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayKey, DayStore } from '../../ports/day-store.ts';
import type { ChunkIndex, RollupEntry } from '../../rollups/chunk-index.ts';
import { RollupPartWriter } from '../../rollups/rollup-part.ts';
import { samplesBySeries } from '../../rollups/samples-by-series.ts';
import { coarser, minutesOf, RESOLUTIONS_MS } from '../../rollups/window.ts';
import { type CompactPorts, rangesOf } from './compact-day.ts';

export interface RollUpPorts extends CompactPorts {
  readonly days: Pick<DayStore, 'dictionary' | 'content'>;
  readonly chunks: Chunks;
}

/** False when the day has other content than it is compacted to, or another was first. Does nothing for a day that is rolled up. */
export async function rollUpDay(key: DayKey, ports: RollUpPorts): Promise<boolean> {
  const { chunks, days } = ports;
  const content = await days.content(key, 'samples');
  const { index, version } = await chunks.index(key);
  // Of a day whose samples were dropped there is nothing better to make.
  if (index.rolledUp?.isAlone === true) return true;
  if (content === undefined || content.items !== index.sums.n) return content === undefined;
  if (index.rolledUp?.hash === content.hash) return true;
  const parts = await writeParts(key, index, ports);
  const next: ChunkIndex = { ...index, rolledUp: { hash: content.hash, parts } };
  const isThere = await chunks.commit(key, { index: next, version, chunks: [], taken: [] });
  if (isThere) await sweepRollups(key, ports);
  return isThere;
}

/** What no index names: of a day that was rolled up before, or not to the end. */
async function sweepRollups(key: DayKey, { chunks }: RollUpPorts): Promise<void> {
  const { index } = await chunks.index(key);
  const named = new Set(index.rolledUp?.parts.map(({ id }) => id));
  const stored = await chunks.storedRollups(key);
  await chunks.removeRollups(
    key,
    stored.filter((id) => !named.has(id)),
  );
}

async function writeParts(key: DayKey, index: ChunkIndex, ports: RollUpPorts): Promise<RollupEntry[]> {
  const { chunks, days } = ports;
  const { series } = await days.dictionary(key);
  const made: RollupEntry[] = [];
  const writers = RESOLUTIONS_MS.map((resolutionMs) => ({
    resolutionMs,
    part: new RollupPartWriter(),
    first: '',
    last: '',
  }));
  const flush = async (writer: (typeof writers)[number]): Promise<void> => {
    const { part, resolutionMs, first, last } = writer;
    if (part.isEmpty) return;
    const id = `${resolutionMs / 1_000}-${ports.newId()}`;
    const data = part.bytes();
    await chunks.writeRollup(key, id, data);
    made.push({ id, resolutionMs, first, last, bytes: data.byteLength });
    writer.part = new RollupPartWriter();
  };
  for (const { after, upTo } of rangesOf(index.chunks)) {
    const ids = index.chunks.filter(({ first, last }) => last > after && first <= upTo).map(({ id }) => id);
    const parts: Samples[] = [];
    for await (const { samples } of chunks.read(key, ids)) parts.push(samples);
    for (const { id, key: sortKey, timesMs, valueAt } of samplesBySeries(parts, series, after, upTo)) {
      let windows = minutesOf(timesMs, valueAt);
      for (const writer of writers) {
        windows = coarser(windows, writer.resolutionMs);
        if (windows.length === 0) break;
        if (writer.part.isEmpty) writer.first = sortKey;
        writer.part.add(id, windows);
        writer.last = sortKey;
        if (writer.part.isFull) await flush(writer);
      }
    }
  }
  for (const writer of writers) await flush(writer);
  return made;
}
