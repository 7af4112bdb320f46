/** Counts what one attempt takes, at the ports that it uses: time by phase, bytes, documents. */
import type { AttemptFigures } from '../../model/attempt.ts';
import type { StoredPart } from '../../model/artifact.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { CellWrite } from '../../ports/cells.ts';
import type { SteadyClock } from '../../../process/ports.ts';

export interface Meter {
  /** The port to work with, counted. */
  readonly artifacts: Artifacts;
  /** Counts documents that are written beside the work. */
  wrote(documents: number): void;
  /** Counts a commit of so many documents, while it is under way. */
  commit<T>(documents: number, commit: () => Promise<T>): Promise<T>;
  /** Counts a cell that is about to be committed. */
  cell(write: CellWrite): void;
  figures(): AttemptFigures;
}

interface MeteredPorts {
  readonly artifacts: Artifacts;
  readonly clock: SteadyClock;
}

/** What the claim took, before the meter could start. */
const OF_THE_CLAIM = { reads: 1, writes: 1 };

export function startMeter({ artifacts, clock }: MeteredPorts): Meter {
  const startedMs = clock.elapsed();
  const [load, write, commit] = [phase(clock), phase(clock), phase(clock)];
  const taken = { ...OF_THE_CLAIM, entities: 0, bytesRead: 0, bytesWritten: 0 };

  const arrived = <P extends StoredPart | undefined>(part: P, sharded: boolean): P => {
    if (part !== undefined) {
      taken.bytesRead += part.bytes;
      if (sharded) taken.reads++;
    }
    return part;
  };
  const counted = (stored: StoredArtifact): StoredArtifact => ({
    ...stored,
    async *parts() {
      const parts = stored.parts()[Symbol.asyncIterator]();
      for (;;) {
        const next = await load.during(() => parts.next());
        if (next.done === true) return;
        yield arrived(next.value, stored.sharded);
      }
    },
    partWith: async (key) => arrived(await load.during(() => stored.partWith(key)), stored.sharded),
  });

  return {
    artifacts: {
      ...artifacts,
      async read(places) {
        taken.reads += places.length;
        const found = await load.during(() => artifacts.read(places));
        return found.map((stored) => (stored === undefined ? undefined : counted(stored)));
      },
      recall(place) {
        const stored = artifacts.recall(place);
        return stored === undefined ? undefined : counted(stored);
      },
      writeShard(place, generation, part, index) {
        // The registry's entry is written with the first.
        taken.writes += index === 0 ? 2 : 1;
        taken.bytesWritten += part.data.byteLength;
        return write.during(() => artifacts.writeShard(place, generation, part, index));
      },
    },
    wrote(documents) {
      taken.writes += documents;
    },
    commit(documents, run) {
      taken.writes += documents;
      return commit.during(run);
    },
    cell(cell) {
      taken.entities += cell.record.entities;
      if (cell.status === 'COMPLETED' && 'parts' in cell.artifact)
        for (const { data } of cell.artifact.parts) taken.bytesWritten += data.byteLength;
    },
    figures() {
      const [loadMs, writeMs, commitMs] = [load.ms(), write.ms(), commit.ms()];
      // Reading ahead overlaps with computing: what is left is never less than nothing.
      const computeMs = Math.max(0, clock.elapsed() - startedMs - loadMs - writeMs - commitMs);
      return { loadMs, computeMs, writeMs, commitMs, ...taken };
    },
  };
}

/** Time in which at least one of its operations was under way. */
function phase(clock: SteadyClock) {
  let underWay = 0;
  let sinceMs = 0;
  let total = 0;
  return {
    async during<T>(operation: () => Promise<T>): Promise<T> {
      if (underWay++ === 0) sinceMs = clock.elapsed();
      try {
        return await operation();
      } finally {
        if (--underWay === 0) total += clock.elapsed() - sinceMs;
      }
    },
    ms: (): number => total + (underWay > 0 ? clock.elapsed() - sinceMs : 0),
  };
}
