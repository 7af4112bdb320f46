/**
 * pg-boss flow(), a job a cell, all layers at once: a barrier job depends on a layer, and the next layer on the barrier. Jobs are fetched in
 * batches, and what a batch stores is committed with its completion, as pg-boss offers.
 */
import { PgBoss } from 'pg-boss';
import { made } from './cells.mjs';
import { measure } from './measure.mjs';
import { postgresResults } from './postgres-results.mjs';

/** Batches at once, and their jobs: with 16 of 16 a cell takes 1.7 times the processor time, with 4 of 100 as much. */
const CONCURRENCY = 8;
const BATCH = 50;

/** What its flows poll for at most: dependants are released by a pass of its own, never by the job that completes. */
const FORCED_MS = process.env.PGBOSS_FORCED === undefined ? undefined : 20;

await measure(async (url, ticks) => {
  const results = await postgresResults(url, ticks, 2);
  const boss = new PgBoss({
    connectionString: url,
    flowIntervalSeconds: 1,
    useListenNotify: true,
    max: CONCURRENCY + 4,
    idleTimeoutMillis: 0,
    // This process stands still between rounds, and is not to take that for a server that does not answer.
    connectionTimeoutMillis: 0,
  });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  await boss.createQueue('jobs', { notify: true });
  let done = () => {};
  await boss.work(
    'jobs',
    {
      batchSize: BATCH,
      localConcurrency: CONCURRENCY,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
      transactional: true,
    },
    async (jobs, db) => {
      const cells = jobs.map(({ data }) => data).filter(({ computation }) => computation !== undefined);
      if (cells.length > 0) {
        const within = results.over((text, values) => db.executeSql(text, values));
        const inputs = await within.inputsOfMany(cells);
        await within.storeMany(cells.map((cell, at) => made(cell, inputs[at])));
      }
      if (jobs.some(({ data }) => data.last === true)) done();
    },
  );
  if (FORCED_MS !== undefined) setInterval(() => void boss.resolveFlow().catch(() => {}), FORCED_MS);
  return {
    async run(layers) {
      const over = new Promise((resolve) => (done = resolve));
      const jobs = [];
      let before = [];
      for (const [layer, cells] of layers.entries()) {
        const refs = cells.map((_, at) => `${layer}-${at}`);
        jobs.push(...cells.map((data, at) => ({ ref: refs[at], name: 'jobs', data, dependsOn: before })));
        jobs.push({
          ref: `barrier-${layer}`,
          name: 'jobs',
          data: { last: layer === layers.length - 1 },
          dependsOn: refs,
        });
        before = [`barrier-${layer}`];
      }
      await boss.flow(jobs);
      await over;
    },
    stored: results.stored,
  };
});
