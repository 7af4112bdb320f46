/** Preconditions of every operation, over what is there and over what is not. */
import type { Bucket, File } from '@google-cloud/storage';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

let storage: StorageUnderTest;
let bucket: Bucket;
beforeAll(async () => {
  storage = await storageUnderTest();
  bucket = await storage.bucket();
});
afterAll(() => storage.close());

let file: File;
let generation: number;
beforeEach(async () => {
  file = bucket.file(`file-${Math.random()}`);
  await file.save('first', { resumable: false });
  generation = Number((await file.getMetadata())[0].generation);
});

const notMet = { code: 412 };

describe.each([true, false])('an upload (resumable: %s)', (resumable) => {
  test('only of what is new', async () => {
    const preconditionOpts = { ifGenerationMatch: 0 };
    expect(await refusal(file.save('second', { resumable, preconditionOpts }))).toMatchObject(notMet);
    expect((await file.download())[0].toString()).toBe('first');
    await file.delete();
    await file.save('second', { resumable, preconditionOpts });
    expect((await file.download())[0].toString()).toBe('second');
  });

  test('only over the generation that was seen', async () => {
    await file.save('second', { resumable, preconditionOpts: { ifGenerationMatch: generation } });
    const late = file.save('third', { resumable, preconditionOpts: { ifGenerationMatch: generation } });
    expect(await refusal(late)).toMatchObject(notMet);
    expect((await file.download())[0].toString()).toBe('second');
  });

  test('only over another generation, or another metageneration', async () => {
    const same = { ifGenerationNotMatch: generation };
    expect(await refusal(file.save('second', { resumable, preconditionOpts: same }))).toMatchObject(notMet);
    await file.save('second', { resumable, preconditionOpts: { ifGenerationNotMatch: 1 } });
    const other = { ifMetagenerationMatch: 2 };
    expect(await refusal(file.save('third', { resumable, preconditionOpts: other }))).toMatchObject(notMet);
    const first = { ifMetagenerationNotMatch: 1 };
    expect(await refusal(file.save('third', { resumable, preconditionOpts: first }))).toMatchObject(notMet);
    await file.save('third', { resumable, preconditionOpts: { ifMetagenerationMatch: 1 } });
  });

  test('only over what is there', async () => {
    const preconditionOpts = { ifGenerationNotMatch: 0 };
    await file.save('second', { resumable, preconditionOpts });
    await file.delete();
    expect(await refusal(file.save('third', { resumable, preconditionOpts }))).toMatchObject(notMet);
  });
});

test('writers that race by generation: one wins', async () => {
  const attempts = Array.from({ length: 20 }, (_, index) =>
    file.save(`writer ${index}`, { resumable: false, preconditionOpts: { ifGenerationMatch: generation } }),
  );
  const outcomes = await Promise.allSettled(attempts);
  const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`writer ${index}`] : []));
  expect(winners).toHaveLength(1);
  expect((await file.download())[0].toString()).toBe(winners[0]);
});

test('a delete', async () => {
  expect(await refusal(file.delete({ ifGenerationMatch: 1 }))).toMatchObject({ ...notMet, reason: 'conditionNotMet' });
  expect(await refusal(file.delete({ ifMetagenerationMatch: 7 }))).toMatchObject(notMet);
  expect(await refusal(file.delete({ ifMetagenerationNotMatch: 1 }))).toMatchObject(notMet);
  await file.delete({ ifGenerationMatch: generation, ifMetagenerationMatch: 1 });
  expect(await refusal(file.delete({ ifGenerationMatch: generation }))).toMatchObject(notMet);
});

test('a patch', async () => {
  await file.setMetadata({ metadata: { a: '1' } }, { ifMetagenerationMatch: 1 });
  const late = file.setMetadata({ metadata: { a: '2' } }, { ifMetagenerationMatch: 1 });
  expect(await refusal(late)).toMatchObject({ ...notMet, reason: 'conditionNotMet' });
  expect((await file.getMetadata())[0].metadata).toEqual({ a: '1' });
});

test('a read', async () => {
  const read = (preconditions: object): Promise<unknown> => file.getMetadata(preconditions);
  await read({ ifGenerationMatch: generation, ifMetagenerationMatch: 1, ifGenerationNotMatch: 1 });
  expect(await refusal(read({ ifGenerationMatch: 1 }))).toMatchObject({ ...notMet, reason: 'conditionNotMet' });
  expect(await refusal(read({ ifMetagenerationMatch: 2 }))).toMatchObject(notMet);
  expect(await refusal(read({ ifGenerationNotMatch: generation }))).toMatchObject({ code: 304 });
  expect(await refusal(read({ ifMetagenerationNotMatch: 1 }))).toMatchObject({ code: 304 });
  expect(await refusal(read({ ifGenerationMatch: 'x' }))).toMatchObject({ code: 400, reason: 'invalid' });
});

test('a bucket', async () => {
  const own = await storage.bucket();
  const met = (options: object): Promise<unknown> => own.getMetadata(options);
  await met({ ifMetagenerationMatch: 1 });
  expect(await refusal(met({ ifMetagenerationMatch: 2 }))).toMatchObject(notMet);
  expect(await refusal(met({ ifMetagenerationNotMatch: 1 }))).toMatchObject({ code: 304 });
});
