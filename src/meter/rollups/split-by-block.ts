/** Samples by the block of the day that they lie in. Pure. */
import { Samples } from '../model/samples.ts';

/** A segment that lies in one block, as most do, is taken as it is. */
export function splitByBlock(parts: readonly Samples[], blockOf: (timeMs: number) => number): Map<number, Samples[]> {
  const found = new Map<number, Samples[]>();
  const add = (block: number, samples: Samples): void => {
    const own = found.get(block);
    if (own === undefined) found.set(block, [samples]);
    else own.push(samples);
  };
  for (const part of parts) {
    let [lowest, highest] = [Infinity, -Infinity];
    for (let at = 0; at < part.length; at++) {
      const time = part.timestampsMs[at] as number;
      lowest = Math.min(lowest, time);
      highest = Math.max(highest, time);
    }
    if (blockOf(lowest) === blockOf(highest)) add(blockOf(lowest), part);
    else for (const [block, samples] of split(part, blockOf)) add(block, samples);
  }
  return found;
}

function split(part: Samples, blockOf: (timeMs: number) => number): Map<number, Samples> {
  const byBlock = new Map<number, Samples>();
  const places: (readonly [block: number, at: number])[] = [];
  const into = (block: number): Samples => {
    const own = byBlock.get(block) ?? new Samples();
    byBlock.set(block, own);
    return own;
  };
  for (let at = 0; at < part.length; at++) {
    const block = blockOf(part.timestampsMs[at] as number);
    const own = into(block);
    places.push([block, own.length]);
    own.copy(part, at, part.series[at] as number);
  }
  for (const exemplar of part.exemplars) {
    const place = places[exemplar.sample];
    const timeMs = exemplar.timestampMs ?? part.timestampsMs[0] ?? 0;
    const own = into(place?.[0] ?? [...byBlock.keys()][0] ?? blockOf(timeMs));
    own.exemplars.push({ ...exemplar, sample: place?.[1] ?? -1 });
  }
  return byBlock;
}
