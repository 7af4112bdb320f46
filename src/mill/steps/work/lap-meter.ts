/** Measures what making cells takes, so that planning can say what the next ones will cost. */
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { SteadyClock } from '../../../process/ports.ts';

/** What passed on the meter, a cell. */
export interface Lap {
  readonly seconds: number;
  /** Documents. */
  readonly reads: number;
}

export interface LapMeter {
  /** The artifacts that were given, counted: what is remembered costs nothing, the shards of one are read whenever its parts are. */
  readonly artifacts: Artifacts;
  /** Since the last time, shared by so many cells. */
  lap(cells: number): Lap;
}

export function startLapMeter(artifacts: Artifacts, clock: SteadyClock): LapMeter {
  let reads = 0;
  let sinceMs = clock.elapsed();
  const counted = (stored: StoredArtifact): StoredArtifact =>
    !stored.sharded
      ? stored
      : {
          ...stored,
          async *parts() {
            for await (const part of stored.parts()) {
              reads++;
              yield part;
            }
          },
        };
  return {
    artifacts: {
      ...artifacts,
      async read(places) {
        reads += places.length;
        return (await artifacts.read(places)).map((stored) => (stored === undefined ? undefined : counted(stored)));
      },
      recall(place) {
        const stored = artifacts.recall(place);
        return stored === undefined ? undefined : counted(stored);
      },
    },
    lap(cells) {
      const nowMs = clock.elapsed();
      const lap = { seconds: (nowMs - sinceMs) / 1_000 / Math.max(1, cells), reads: reads / Math.max(1, cells) };
      reads = 0;
      sinceMs = nowMs;
      return lap;
    },
  };
}
