/** In a process of its own with a small heap: writes a generated day of as many entities as it is told, and prints what came of it. */
import { writeSync } from 'node:fs';
import { z } from 'zod';
import { generatedRows } from '../../src/mill/execution/generate-rows.ts';
import { defineDataset, generated } from '../../src/mill/model/dataset.ts';
import type { Artifact } from '../../src/mill/model/artifact.ts';
import { dayWriter } from '../../src/mill/steps/load/day-writer.ts';

const count = Number(process.argv[2]);
const DAY = '2024-01-01';

const source = generated({
  first: DAY,
  rows: function* () {
    for (let index = 0; index < count; index++) {
      const name = `user-${String(index).padStart(9, '0')}`;
      yield { name, visits: [index, 7], said: `the name of ${name}, at length; `.repeat(10) };
    }
  },
});
const users = defineDataset({
  name: 'users',
  entity: z.object({ name: z.string(), visits: z.array(z.number()), said: z.string() }),
  id: ({ name }) => name,
  source,
});

let written: Artifact | undefined;
const writer = dayWriter(users, new Map(), {
  artifacts: {
    writeShard: async (_, generation, { data: _data, ...range }, index) => ({ ...range, id: `${generation}-${index}` }),
  },
  rootData: {
    writeDays: async (_, [day]) => {
      if (day !== undefined && !('files' in day.artifact)) written = day.artifact;
    },
  },
  newId: () => 'first',
});
const rows = await writer.putSorted(DAY, generatedRows(users, source, DAY));
await writer.finish();
if (written === undefined || !('shards' in written)) throw new Error('nothing was written in shards');
const entities = written.shards.reduce((sum, shard) => sum + shard.count, 0);
writeSync(1, JSON.stringify({ rows, entities, rawBytes: written.rawBytes, shards: written.shards.length }));
