/** graphile-worker with its local queue and batched completion; it knows no dependencies, so a row counts a layer down. */
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker';
import pg from 'pg';
import { CONCURRENCY, measure } from './measure.mjs';

const LOCAL_QUEUE = 200;

await measure(async (url) => {
  const pool = new pg.Pool({ connectionString: url, max: CONCURRENCY + 4 });
  await pool.query('CREATE TABLE counters(id serial PRIMARY KEY, remaining int NOT NULL, rest jsonb NOT NULL)');
  pool.on('error', () => {});
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  let done = () => {};
  const add = async ([size, ...rest]) => {
    const { rows } = await pool.query('INSERT INTO counters(remaining, rest) VALUES ($1, $2) RETURNING id', [
      size,
      JSON.stringify(rest),
    ]);
    const payload = { counter: rows[0].id };
    await utils.addJobs(Array.from({ length: size }, () => ({ identifier: 'job', payload })));
  };
  const job = async ({ counter }) => {
    const { rows } = await pool.query(
      'UPDATE counters SET remaining = remaining - 1 WHERE id = $1 RETURNING remaining, rest',
      [counter],
    );
    if (rows[0].remaining > 0) return;
    if (rows[0].rest.length > 0) await add(rows[0].rest);
    else done();
  };
  const runner = await runWorker({
    pgPool: pool,
    taskList: { job },
    logger,
    noHandleSignals: true,
    preset: {
      worker: {
        concurrentJobs: CONCURRENCY,
        localQueue: { size: LOCAL_QUEUE },
        completeJobBatchDelay: 0,
      },
    },
  });
  return {
    async run(sizes) {
      const over = new Promise((resolve) => (done = resolve));
      await add(sizes);
      await over;
    },
    async close() {
      await runner.stop();
      await utils.release();
      await pool.end();
    },
  };
});
