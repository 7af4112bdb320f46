/**
 * graphile-worker with its local queue and batched completion, a job a cell. It knows no dependencies, so rows count a layer down: several of
 * them, because one would have all jobs wait for each other's commits. A count comes down in the statement that stores the cell.
 */
import { Logger, makeWorkerUtils, run as runWorker } from 'graphile-worker';
import { made } from './cells.mjs';
import { measure } from './measure.mjs';
import { INSERT_ONE, postgresResults, valuesOf } from './postgres-results.mjs';

/** More take no less time, fewer do. */
const CONCURRENCY = 16;
const LOCAL_QUEUE = 200;
const COUNTERS = 16;

/** Stores a cell, and counts it down. */
const STORE = `WITH stored AS (${INSERT_ONE})
  UPDATE counters SET remaining = remaining - 1 WHERE layer = $9 AND slot = $10 RETURNING remaining`;

/** Jobs go in as few statements as a good client sends them in. */
const JOBS_AT_ONCE = 5_000;

await measure(async (url, ticks) => {
  const results = await postgresResults(url, ticks, CONCURRENCY + 4);
  const { pool } = results;
  await pool.query('CREATE TABLE counters (layer int, slot int, remaining int NOT NULL, PRIMARY KEY (layer, slot))');
  const logger = new Logger(() => () => {});
  const utils = await makeWorkerUtils({ pgPool: pool, logger });
  await utils.migrate();
  let last = 0;
  /** Layers that wait, and who waits for the last of them: the process's own, as the next layer's cells would be those of its code. */
  let waiting = [];
  let done = () => {};

  const add = async (cells) => {
    const layer = ++last;
    const slots = Array.from({ length: COUNTERS }, (_, slot) => slot);
    await pool.query('INSERT INTO counters SELECT $1, * FROM unnest($2::int[], $3::int[])', [
      layer,
      slots,
      slots.map((slot) => Math.floor((cells.length - slot + COUNTERS - 1) / COUNTERS)),
    ]);
    const jobs = cells.map((cell, at) => ({ identifier: 'cell', payload: { ...cell, layer, slot: at % COUNTERS } }));
    for (let at = 0; at < jobs.length; at += JOBS_AT_ONCE) await utils.addJobs(jobs.slice(at, at + JOBS_AT_ONCE));
  };

  const cell = async ({ layer, slot, ...what }) => {
    const stored = valuesOf(made(what, await results.inputsOf(what)));
    const { rows } = await pool.query({ name: 'store and count', text: STORE, values: [...stored, layer, slot] });
    if (rows[0].remaining > 0) return;
    // Of slots that end at once, each sees its own commit, and at least one all of them; deleting says who is first.
    const { rowCount } = await pool.query(
      `DELETE FROM counters WHERE layer = $1 AND NOT EXISTS (SELECT FROM counters WHERE layer = $1 AND remaining > 0)`,
      [layer],
    );
    if (rowCount === 0) return;
    const next = waiting.shift();
    if (next === undefined) done();
    else await add(next);
  };

  await runWorker({
    pgPool: pool,
    taskList: { cell },
    logger,
    noHandleSignals: true,
    preset: {
      worker: { concurrentJobs: CONCURRENCY, localQueue: { size: LOCAL_QUEUE }, completeJobBatchDelay: 0 },
    },
  });
  return {
    async run([first, ...rest]) {
      const over = new Promise((resolve) => (done = resolve));
      waiting = rest;
      await add(first);
      await over;
    },
    stored: results.stored,
  };
});
