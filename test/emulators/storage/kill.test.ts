/** kill -9 under load: what an upload has answered is there, whole, and of no other is there a part. DAYMILL_KILL_ROUNDS=100 for the long run. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '@google-cloud/storage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../../../src/emulators/state.ts';

const ROUNDS = Number(process.env['DAYMILL_KILL_ROUNDS'] ?? 3);
const WRITERS = 8;
const SECONDS_A_ROUND = 10;
const UNIT = 256 * 1024;

/** A content that tells who wrote it, of 0 to 1.5 MiB. */
function contentOf(name: string): Buffer {
  const seed = createHash('sha256').update(name).digest();
  return Buffer.alloc((seed[0] as number) * 6_000, seed);
}

describe('kill -9', () => {
  let folder: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daymill-kill-'));
  });
  afterEach(() => {
    child?.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const file = (): string => join(folder, 'state.db');

  async function serve(): Promise<{ emulator: ChildProcess; client: Storage; origin: string }> {
    child = fork(new URL('../../support/storage-process.ts', import.meta.url), [file()]);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    const origin = `http://127.0.0.1:${port}`;
    const client = new Storage({ projectId: 'demo', apiEndpoint: origin, retryOptions: { autoRetry: false } });
    return { emulator: child, client, origin };
  }

  test(
    `loses no acknowledged object in ${ROUNDS} rounds`,
    async () => {
      const acknowledged = new Set<string>();
      const deleted = new Set<string>();
      for (let round = 0; round < ROUNDS; round += 1) {
        const { emulator, client } = await serve();
        const bucket = client.bucket('objects');
        if (round === 0) await bucket.create();
        let answered = 0;
        const write = async (writer: number): Promise<void> => {
          for (let index = 0; emulator.connected; index += 1) {
            const name = `${round}/${writer}/${index}`;
            await bucket.file(name).save(contentOf(name), { resumable: index % 2 === 0 });
            acknowledged.add(name);
            if (index % 4 === 3) {
              // From here on it may be gone.
              acknowledged.delete(name);
              await bucket.file(name).delete();
              deleted.add(name);
            }
            answered += 1;
            // Where in the work the kill strikes differs from round to round.
            if (answered >= 20 + 17 * (round % 5)) emulator.kill('SIGKILL');
          }
        };
        // What the kill interrupts may fail or never settle; only what was answered counts.
        for (let writer = 0; writer < WRITERS; writer += 1) write(writer).catch(() => {});
        await once(emulator, 'exit');
        expect(answered).toBeGreaterThan(0);
      }
      const { emulator, client } = await serve();
      const [files] = await client.bucket('objects').getFiles();
      const names = new Set(files.map(({ name }) => name));
      expect([...acknowledged].filter((name) => !names.has(name))).toEqual([]);
      expect([...deleted].filter((name) => names.has(name))).toEqual([]);
      for (const found of files) {
        const [content] = await found.download();
        expect([found.name, content.equals(contentOf(found.name))]).toEqual([found.name, true]);
      }
      emulator.kill('SIGKILL');
      await once(emulator, 'exit');
      expectNothingLeftOver(file());
    },
    (ROUNDS + 5) * SECONDS_A_ROUND * 1_000,
  );

  test('a resumable upload goes on from what was acknowledged', async () => {
    const content = Buffer.alloc(4 * UNIT + 5, 'resumed');
    const first = await serve();
    await first.client.bucket('objects').create();
    const [uri] = await first.client.bucket('objects').file('resumed').createResumableUpload();
    const put = (address: string, start: number, end: number): Promise<Response> =>
      fetch(address, {
        method: 'PUT',
        headers: { 'content-range': `bytes ${start}-${end - 1}/${content.length}` },
        body: content.subarray(start, end),
      });
    expect((await put(uri, 0, 3 * UNIT)).status).toBe(308);
    first.emulator.kill('SIGKILL');
    await once(first.emulator, 'exit');

    const second = await serve();
    // The port is another one; what follows it is the same.
    const address = second.origin + uri.slice(uri.indexOf('/upload'));
    const status = await fetch(address, { method: 'PUT', headers: { 'content-range': 'bytes */*' } });
    expect(status.status).toBe(308);
    expect(status.headers.get('range')).toBe(`bytes=0-${3 * UNIT - 1}`);
    const last = await put(address, 3 * UNIT, content.length);
    expect(last.status).toBe(200);
    expect(await last.json()).toMatchObject({ md5Hash: createHash('md5').update(content).digest('base64') });
    const [found] = await second.client.bucket('objects').file('resumed').download();
    expect(found.equals(content)).toBe(true);
  });
});

/** Chunks that neither an object nor an upload has are garbage by name, or collected already. */
function expectNothingLeftOver(path: string): void {
  const { db } = openState(path);
  const orphans = db
    .prepare(
      `SELECT DISTINCT content FROM storage_chunks WHERE content NOT IN (SELECT content FROM storage_objects)
       AND content NOT IN (SELECT content FROM storage_uploads) AND content NOT IN (SELECT content FROM storage_garbage)`,
    )
    .all();
  expect(orphans).toEqual([]);
  db.close();
}
