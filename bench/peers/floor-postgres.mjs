/** The same cells in PostgreSQL by a plain script: a layer after the other, many cells a statement, each statement a commit. */
import { made } from './cells.mjs';
import { inBatches } from './in-batches.mjs';
import { measure } from './measure.mjs';
import { postgresResults } from './postgres-results.mjs';

await measure(async (url, ticks) => {
  const results = await postgresResults(url, ticks, 4);
  const plain = results.over((text, values) => results.pool.query(text, values));
  return {
    async run(layers) {
      for (const cells of layers)
        await inBatches(cells, async (batch) => {
          const inputs = await plain.inputsOfMany(batch);
          await plain.storeMany(batch.map((cell, at) => made(cell, inputs[at])));
        });
    },
    stored: results.stored,
  };
});
