/** In a process of its own with a small heap: scans as many entities as it is told, and prints what was made of them. */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import type { Entry } from '../../src/mill/model/artifact.ts';
import { scan } from '../../src/mill/execution/scan.ts';
import { defineComputation } from '../../src/mill/model/computation.ts';
import { defineDataset } from '../../src/mill/model/dataset.ts';
import { dataset } from '../../src/mill/model/need.ts';

const count = Number(process.argv[2]);
const users = defineDataset({ name: 'users', entity: z.object({ visits: z.array(z.number()), name: z.string() }) });
const activity = defineComputation({
  name: 'activity',
  category: 'test',
  needs: { user: dataset(users) },
  output: z.record(z.string(), z.object({ total: z.number(), name: z.string() })),
  perEntity: ({ visits, name }) => ({ total: visits.reduce((sum, one) => sum + one, 0), name }),
});

async function* entities(): AsyncGenerator<readonly Entry[]> {
  for (let start = 0; start < count; start += 5_000) {
    yield Array.from({ length: Math.min(5_000, count - start) }, (_, index): Entry => {
      const id = `user-${String(start + index).padStart(9, '0')}`;
      return [id, { visits: [start, index, 7], name: `the name of ${id}` }];
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
      sink: async ({ data, ...range }, index) => {
        bytes += data.byteLength;
        return { ...range, id: String(index) };
      },
      onStray: (error) => {
        throw error;
      },
    },
  ],
  entities: entities(),
  now: () => performance.now(),
});
if (result === undefined || result instanceof Error) throw result ?? new Error('no result');
const { artifact } = result;
const shards = 'shards' in artifact ? artifact.shards.length : 0;
const peakMB = process.resourceUsage().maxRSS / 1_024;
writeSync(1, JSON.stringify({ count: artifact.count, rawBytes: artifact.rawBytes, bytes, shards, peakMB }));
