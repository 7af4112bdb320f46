/**
 * In a process of its own with a small heap: scans as many entities as it is told, `joined` with as many others if it is told so, and prints
 * what was made of them, and what was kept in memory before the last of them.
 */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import type { Entry } from '../../src/mill/model/artifact.ts';
import { joinByKey } from '../../src/mill/execution/join-by-key.ts';
import { scan } from '../../src/mill/execution/scan.ts';
import { defineComputation } from '../../src/mill/model/computation.ts';
import { defineDataset } from '../../src/mill/model/dataset.ts';
import { dataset, joined } from '../../src/mill/model/need.ts';
import { memoryProbe } from '../../src/mill/worker/memory-probe.ts';

const count = Number(process.argv[2]);
const isJoined = process.argv[3] === 'joined';
const entity = z.object({ visits: z.array(z.number()), name: z.string() });
const id = ({ name }: z.output<typeof entity>): string => name;
const users = defineDataset({ name: 'users', entity, id });
const guests = defineDataset({ name: 'guests', entity, id });
let together = 0;
const activity = defineComputation({
  name: 'activity',
  category: 'test',
  needs: { user: dataset(users), guest: joined(guests) },
  output: z.record(z.string(), z.object({ total: z.number(), name: z.string(), both: z.boolean() })),
  perEntity: ({ visits, name }, { inputs: { guest } }) => {
    if (guest !== undefined) together++;
    return { total: visits.reduce((sum, one) => sum + one, 0), name, both: guest !== undefined };
  },
});

const probe = memoryProbe();
let keptMB = 0;

/** Every `step`th number. */
async function* entities(step: number): AsyncGenerator<readonly Entry[]> {
  for (let start = 0; start < count; start += 5_000) {
    if (start + 5_000 >= count) {
      probe.collectGarbage();
      const { heapUsedMB, externalMB = 0 } = probe.read();
      keptMB = heapUsedMB + externalMB;
    }
    yield Array.from({ length: Math.min(5_000, count - start) }, (_, index): Entry => {
      const key = `user-${String((start + index) * step).padStart(9, '0')}`;
      return [key, { visits: [start, index, 7], name: `the name of ${key}` }];
    });
  }
}

let bytes = 0;
const [result] = await scan({
  cells: [
    {
      computation: activity,
      context: { date: '2024-01-01' },
      inputs: {},
      beside: isJoined ? [{ at: 0, key: 'guest' }] : [],
      sink: async ({ data, ...range }, index) => {
        bytes += data.byteLength;
        return { ...range, id: String(index) };
      },
      onStray: (error) => {
        throw error;
      },
    },
  ],
  entities: isJoined ? joinByKey(entities(2), [entities(3)]) : entities(2),
  now: () => performance.now(),
});
if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
const { artifact } = result;
const shards = 'shards' in artifact ? artifact.shards.length : 0;
const peakMB = process.resourceUsage().maxRSS / 1_024;
writeSync(
  1,
  JSON.stringify({ count: artifact.count, together, rawBytes: artifact.rawBytes, bytes, shards, keptMB, peakMB }),
);
