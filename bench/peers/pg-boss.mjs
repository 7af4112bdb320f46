/** pg-boss flow(), all layers at once: a barrier job depends on a layer, and the next layer on the barrier. */
import { PgBoss } from 'pg-boss';
import { CONCURRENCY, measure } from './measure.mjs';

/** What its flows poll for at most: dependants are released by a pass of its own, never by the job that completes. */
const FORCED_MS = process.env.PGBOSS_FORCED === undefined ? undefined : 20;

await measure(async (url) => {
  const boss = new PgBoss({
    connectionString: url,
    flowIntervalSeconds: 1,
    useListenNotify: true,
    max: CONCURRENCY + 4,
  });
  boss.on('error', (error) => process.stderr.write(`${error.message}\n`));
  await boss.start();
  await boss.createQueue('jobs', { notify: true });
  let done = () => {};
  await boss.work(
    'jobs',
    {
      batchSize: CONCURRENCY,
      localConcurrency: CONCURRENCY,
      pollingIntervalSeconds: 0.5,
      notifyPollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
    },
    async (jobs) => {
      if (jobs.some(({ data }) => data.last === true)) done();
    },
  );
  const forced =
    FORCED_MS === undefined ? undefined : setInterval(() => void boss.resolveFlow().catch(() => {}), FORCED_MS);
  return {
    async run(sizes) {
      const over = new Promise((resolve) => (done = resolve));
      const jobs = [];
      let before = [];
      for (const [layer, size] of sizes.entries()) {
        const refs = Array.from({ length: size }, (_, at) => `${layer}-${at}`);
        jobs.push(...refs.map((ref) => ({ ref, name: 'jobs', data: {}, dependsOn: before })));
        jobs.push({
          ref: `barrier-${layer}`,
          name: 'jobs',
          data: { last: layer === sizes.length - 1 },
          dependsOn: refs,
        });
        before = [`barrier-${layer}`];
      }
      await boss.flow(jobs);
      await over;
    },
    async close() {
      clearInterval(forced);
      await boss.stop({ graceful: false });
    },
  };
});
