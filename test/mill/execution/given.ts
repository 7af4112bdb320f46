/** Computations, entities and sinks for tests of the executor. */
import { z } from 'zod';
import { decodeEntries, decodeValue } from '../../../src/mill/execution/artifact-codec.ts';
import type { ShardSink } from '../../../src/mill/execution/artifact-writer.ts';
import { execute, type ExecutionRequest } from '../../../src/mill/execution/execute.ts';
import type { Execution } from '../../../src/mill/execution/scan.ts';
import type { Artifact, Part, Entry } from '../../../src/mill/model/artifact.ts';
import { defineDataset } from '../../../src/mill/model/dataset.ts';

export const flights = defineDataset({ name: 'flights', entity: z.number() });

/** Keeps shards in memory, as parts by shard id. */
export class Shards {
  readonly parts = new Map<string, Part>();
  readonly sink: ShardSink = async (part, index) => {
    const { data: _, ...range } = part;
    const id = `g-${String(index).padStart(4, '0')}`;
    this.parts.set(id, part);
    return { ...range, id };
  };

  /** The parts of an artifact, wherever they lie. */
  partsOf(artifact: Artifact): Part[] {
    if ('parts' in artifact) return [...artifact.parts];
    return artifact.shards.map(({ id }) => {
      const part = this.parts.get(id);
      if (part === undefined) throw new Error(`shard ${id} was never written`);
      return part;
    });
  }

  entriesOf(artifact: Artifact): Entry[] {
    return this.partsOf(artifact).flatMap(({ data }) => decodeEntries(data));
  }

  valueOf(artifact: Artifact): unknown {
    const [part] = this.partsOf(artifact);
    if (part === undefined) throw new Error('an artifact without parts');
    return decodeValue(part.data);
  }
}

/** `e00000`, `e00001`, …: keys in order, values their numbers. */
export const entries = (count: number): Entry[] =>
  Array.from({ length: count }, (_, index) => [`e${String(index).padStart(5, '0')}`, index]);

/** In chunks of `size`, as parts of a dataset come. */
export async function* inChunks(all: readonly Entry[], size = all.length): AsyncGenerator<readonly Entry[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

/** Where nothing is left behind. */
export const rejected = (error: Error): void => {
  throw error;
};

/** Runs a computation on a day, with a clock that stands still unless one is given. */
export const run = (
  computation: ExecutionRequest['computation'],
  given: Partial<Omit<ExecutionRequest, 'computation'>> = {},
): Promise<Execution> =>
  execute({
    computation,
    context: { date: '2024-01-01' },
    inputs: {},
    sink: new Shards().sink,
    now: () => 0,
    onStray: rejected,
    ...given,
  });
