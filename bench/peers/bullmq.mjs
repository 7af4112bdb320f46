/** BullMQ flows: the jobs of a layer are children of its barrier, whose handler adds the next layer (a job has one parent). */
import { FlowProducer, Worker } from 'bullmq';
import { CONCURRENCY, measure } from './measure.mjs';

await measure(async (url) => {
  const connection = { host: '127.0.0.1', port: Number(new URL(url).port) };
  const flows = new FlowProducer({ connection });
  let done = () => {};
  const add = (sizes) => {
    const [size = 0, ...rest] = sizes;
    const children = Array.from({ length: size }, (_, at) => ({ name: 'job', queueName: 'jobs', data: { at } }));
    return flows.add({ name: 'barrier', queueName: 'barriers', data: { rest }, children });
  };
  const jobs = new Worker('jobs', async () => {}, { connection, concurrency: CONCURRENCY });
  const barriers = new Worker(
    'barriers',
    async ({ data }) => {
      if (data.rest.length > 0) await add(data.rest);
      else done();
    },
    { connection },
  );
  await Promise.all([jobs.waitUntilReady(), barriers.waitUntilReady()]);
  return {
    async run(sizes) {
      const over = new Promise((resolve) => (done = resolve));
      await add(sizes);
      await over;
    },
    close: async () => void (await Promise.all([jobs.close(), barriers.close(), flows.close()])),
  };
});
