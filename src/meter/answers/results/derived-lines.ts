/** Results of a day as VictoriaMetrics' lines, and a version that is another when one of them is. */
import type { Day } from '../../../values/date.ts';
import { hashOfParts } from '../../../values/hash.ts';
import { numbersOf } from './derived-series.ts';
import { maySeeAny, maySeeEntity, type Seer } from './may-see.ts';
import type { ResultPorts } from './read-results.ts';

export interface DerivedDay {
  readonly version: string;
  lines(): AsyncIterable<string>;
}

export async function derivedDay(seer: Seer, day: Day, { results }: ResultPorts): Promise<DerivedDay> {
  const computations = [...(await results.computations()).values()].filter((one) => maySeeAny(seer, one));
  const found = await Promise.all(
    computations.map(async (computation) => ({ computation, result: await results.read(computation.name, day) })),
  );
  const time = Date.parse(`${day}T00:00:00Z`);
  return {
    version: hashOfParts(found.flatMap(({ computation, result }) => [computation.name, result?.hash ?? ''])),
    async *lines() {
      for (const { computation, result } of found)
        for await (const entries of result?.entries() ?? []) {
          let text = '';
          for (const [id, value] of entries) {
            if (!maySeeEntity(seer, computation, id)) continue;
            for (const [labels, number] of numbersOf(computation, id, value))
              if (Number.isFinite(number))
                text += `${JSON.stringify({ metric: Object.fromEntries(labels), values: [number], timestamps: [time] })}\n`;
          }
          if (text !== '') yield text;
        }
    },
  };
}
