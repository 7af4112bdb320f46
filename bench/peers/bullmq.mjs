/**
 * BullMQ flows, a job a cell: the jobs of a layer are children of its barrier, whose handler adds the next layer (a job has one parent). Root
 * data and results are hashes, by `tick:DATE` and `result:COMPUTATION:DATE`.
 */
import { FlowProducer, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { inputName, made } from './cells.mjs';
import { measure } from './measure.mjs';

/** Jobs that are under way in one turn of Redis share its fsync: with 16 a cell takes 1.7 times the processor time, with 100 as much. */
const CONCURRENCY = 50;

await measure(async (url, ticks) => {
  const connection = { host: '127.0.0.1', port: Number(new URL(url).port) };
  // What is sent in one turn of the event loop goes at once.
  const redis = new Redis({ ...connection, enableAutoPipelining: true });
  await Promise.all(ticks.map(({ date, hash, data }) => redis.hset(`tick:${date}`, { hash, data })));
  const flows = new FlowProducer({ connection });
  let computations = [];
  let waiting = [];
  let done = () => {};
  const add = (cells) =>
    flows.add({
      name: 'barrier',
      queueName: 'barriers',
      children: cells.map((data) => ({ name: 'cell', queueName: 'cells', data })),
    });

  const resultOf = async (computation, date) => {
    const [artifact, data] = await redis.hmgetBuffer(`result:${computation}:${date}`, 'artifact', 'data');
    return { name: inputName(computation), hash: JSON.parse(artifact.toString()).hash, data };
  };
  const inputsOf = async ({ date, reads }) => {
    if (reads === 'all') return Promise.all(computations.map((computation) => resultOf(computation, date)));
    if (reads !== 'tick') return [await resultOf(reads, date)];
    const [hash, data] = await redis.hmgetBuffer(`tick:${date}`, 'hash', 'data');
    return [{ name: 'document:tick', hash: hash.toString(), data }];
  };
  const cell = async ({ data: what }) => {
    const { computation, date, status, generation, vector, record, artifact, data } = made(what, await inputsOf(what));
    await redis.hset(`result:${computation}:${date}`, {
      status,
      generation,
      vector: JSON.stringify(vector),
      record: JSON.stringify(record),
      artifact: JSON.stringify(artifact),
      data,
    });
  };

  const cells = new Worker('cells', cell, { connection, concurrency: CONCURRENCY });
  const barriers = new Worker(
    'barriers',
    async () => {
      const next = waiting.shift();
      if (next === undefined) done();
      else await add(next);
    },
    { connection },
  );
  await Promise.all([cells.waitUntilReady(), barriers.waitUntilReady()]);
  return {
    async run([first, ...rest]) {
      const over = new Promise((resolve) => (done = resolve));
      computations = [...new Set(first.map(({ computation }) => computation))];
      waiting = rest;
      await add(first);
      await over;
    },
    async stored(dates) {
      const keys = await Promise.all(dates.map((date) => redis.keys(`result:*:${date}`)));
      return Promise.all(
        keys.flat().map(async (key) => {
          const { status, generation, vector, record, artifact, data } = await redis.hgetallBuffer(key);
          const [, computation, date] = key.split(':');
          return {
            computation,
            date,
            status: String(status),
            generation: String(generation),
            vector: JSON.parse(vector),
            record: JSON.parse(record),
            artifact: JSON.parse(artifact),
            data,
          };
        }),
      );
    },
  };
});
