/** What is left of contents that nobody has any more: overwritten, deleted, refused, broken off, expired, and left by a crash. */
import { request } from 'node:http';
import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState, type State } from '../../../src/emulators/state.ts';
import { type StorageEmulator, startStorage } from '../../../src/emulators/storage/server.ts';
import { until } from '../../support/workflows-rest.ts';

const MIB = 1024 * 1024;
const UNIT = 256 * 1024;
const DAY_MS = 86_400_000;

let now = Date.UTC(2026, 0, 1);
let state: State;
let emulator: StorageEmulator;
let storage: Storage;
beforeEach(async () => {
  state = openState(':memory:');
  await start();
  await storage.createBucket('bucket');
});
afterEach(async () => {
  await emulator.close();
  await state.close();
});

async function start(): Promise<void> {
  emulator = await startStorage({ state, projectId: 'demo', clock: () => now });
  const apiEndpoint = `http://127.0.0.1:${emulator.port}`;
  storage = new Storage({ projectId: 'demo', apiEndpoint, retryOptions: { autoRetry: false } });
}

const count = (table: string): number =>
  state.db.prepare(`SELECT count(*) AS count FROM storage_${table}`).get()?.['count'] as number;
/** Waits until there are so many, and no garbage. */
const chunks = (expected: number): Promise<true> =>
  until(() => (count('chunks') === expected && count('garbage') === 0 ? true : undefined));
const file = (name = 'file') => storage.bucket('bucket').file(name);

describe.each([1_000, 3 * MIB, 40 * MIB])('a content of %i bytes', (bytes) => {
  const content = Buffer.alloc(bytes, 'content');
  const rows = Math.ceil(bytes / MIB);

  test('goes when its object is overwritten or deleted', async () => {
    await file().save(content, { resumable: false });
    expect(await chunks(rows)).toBe(true);
    await file().save(content);
    expect(await chunks(rows)).toBe(true);
    await file().delete();
    expect(await chunks(0)).toBe(true);
  });

  test('stays while a copy has it', async () => {
    await file().save(content, { resumable: false });
    await file().copy(file('copy'));
    await file().delete();
    expect(await chunks(rows)).toBe(true);
    await file('copy').delete();
    expect(await chunks(0)).toBe(true);
  });

  test('goes when its upload is refused at the end', async () => {
    await file().save('there', { resumable: false });
    for (const resumable of [false, true]) {
      const refused = file().save(content, { resumable, metadata: { md5Hash: 'AAAA' } });
      await expect(refused).rejects.toMatchObject({ code: 400 });
      await chunks(1);
    }
  });
});

test('an upload that breaks off leaves no object and no content', async () => {
  const broken = request(
    `http://127.0.0.1:${emulator.port}/upload/storage/v1/b/bucket/o?uploadType=media&name=broken`,
    {
      method: 'POST',
      headers: { 'content-length': 10 * MIB },
    },
  );
  broken.on('error', () => {});
  broken.write(Buffer.alloc(3 * MIB + 5));
  await until(() => (count('chunks') === 3 ? true : undefined));
  broken.destroy();
  await chunks(0);
  expect(await file('broken').exists()).toEqual([false]);
});

test('a resumable upload that breaks off keeps whole units, and is gone on with', async () => {
  const [uri] = await file('broken').createResumableUpload();
  const content = Buffer.alloc(3 * MIB + 2 * UNIT + 5, 'content');
  const put = (start: string, body: Buffer): Promise<Response> =>
    fetch(uri, { method: 'PUT', headers: { 'content-range': `bytes ${start}/${content.length}` }, body });
  const headers = { 'content-range': `bytes 0-${content.length - 1}/${content.length}` };
  const broken = request(uri, { method: 'PUT', headers });
  broken.on('error', () => {});
  broken.write(content.subarray(0, -1));
  await until(() => (count('chunks') >= 1 ? true : undefined));
  broken.destroy();
  const last = await until(async () => {
    const status = await put('*', Buffer.alloc(0));
    const received = Number(status.headers.get('range')?.split('-')[1]) + 1;
    expect(status.status).toBe(308);
    expect(received).toBeGreaterThanOrEqual(MIB);
    expect(received % UNIT).toBe(0);
    const answer = await put(`${received}-${content.length - 1}`, content.subarray(received));
    // 503: the broken request was still being read.
    return answer.status === 503 ? undefined : answer;
  });
  expect(last.status).toBe(200);
  expect((await file('broken').download())[0].equals(content)).toBe(true);
});

test('a resumable upload is over after a week', async () => {
  const [uri] = await file().createResumableUpload();
  const put = (): Promise<Response> =>
    fetch(uri, { method: 'PUT', headers: { 'content-range': `bytes 0-${UNIT - 1}/*` }, body: Buffer.alloc(UNIT) });
  expect((await put()).status).toBe(308);
  now += 8 * DAY_MS;
  expect((await put()).status).toBe(404);
  await chunks(1);
  await file('another').createResumableUpload();
  await chunks(0);
  expect(count('uploads')).toBe(1);
});

test('what a crash left goes after the next start, and generations go on', async () => {
  await file().save('one', { resumable: false });
  const generation = Number(file().generation ?? (await file().getMetadata())[0].generation);
  await state.write(() => {
    state.db.prepare('INSERT INTO storage_garbage VALUES (77)').run();
    for (let start = 0; start < 40; start += 1) {
      state.db.prepare('INSERT INTO storage_chunks VALUES (77, ?, ?)').run(start, Buffer.from('x'));
    }
  });
  await file().delete();
  await emulator.close();
  // A clock that goes back makes no generation twice.
  now -= DAY_MS;
  await start();
  await file().save('two', { resumable: false });
  expect(Number((await file().getMetadata())[0].generation)).toBeGreaterThan(generation);
  await chunks(1);
});

test('clear empties it', async () => {
  await file().save(Buffer.alloc(3 * MIB));
  await emulator.clear();
  expect(['buckets', 'objects', 'chunks', 'uploads', 'garbage'].map(count)).toEqual([0, 0, 0, 0, 0]);
});
