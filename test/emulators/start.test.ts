/** The whole local cloud: the official clients on its environment, busy ports, and a clean end. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Firestore } from '@google-cloud/firestore';
import { PubSub } from '@google-cloud/pubsub';
import { Storage } from '@google-cloud/storage';
import { GoogleAuth } from 'google-auth-library';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startEmulators } from '../../src/emulators/start.ts';

describe('the local cloud', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daymill-start-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  const file = (): string => join(folder, 'state.db');

  test("serves Google's clients on its environment, and again after a restart", async () => {
    for (const run of [1, 2]) {
      const cloud = await startEmulators({ file: file(), projectId: 'demo-start', location: 'europe-west1' });
      for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
      const firestore = new Firestore();
      const pubsub = new PubSub();
      const document = firestore.doc('runs/one');
      expect((await document.get()).data()).toEqual(run === 1 ? undefined : { run: 1 });
      await document.set({ run });
      await pubsub.topic('tasks').get({ autoCreate: true });
      const [topics] = await pubsub.getTopics();
      expect(topics.map(({ name }) => name)).toEqual(['projects/demo-start/topics/tasks']);
      expect(await new GoogleAuth().getAccessToken()).toMatch(/./u);
      const workflows = `http://${cloud.env['WORKFLOWS_EMULATOR_HOST']}/v1/projects/demo-start/locations/europe-west1/workflows`;
      expect((await fetch(workflows)).status).toBe(200);
      const bucket = new Storage().bucket('files');
      if (run === 1) await bucket.create();
      await bucket.file(`${run}.txt`).save(`run ${run}`, { resumable: run === 2 });
      expect((await bucket.getFiles())[0].map(({ name }) => name)).toEqual(['1.txt', '2.txt'].slice(0, run));
      expect((await bucket.file('1.txt').download())[0].toString()).toBe('run 1');
      await Promise.all([firestore.terminate(), pubsub.close()]);
      // A caller may end one of them first, and close twice.
      await cloud.pubsub.close();
      await cloud.close();
      await cloud.close();
    }
    expect(existsSync(`${file()}.pid`)).toBe(false);
  });

  test('clear empties it', async () => {
    const cloud = await startEmulators({ file: ':memory:', projectId: 'demo-start' });
    for (const [name, value] of Object.entries(cloud.env)) vi.stubEnv(name, value);
    const firestore = new Firestore();
    const pubsub = new PubSub();
    await firestore.doc('runs/one').set({ run: 1 });
    const [topic] = await pubsub.createTopic('tasks');
    const [bucket] = await new Storage().createBucket('files');
    await cloud.clear();
    expect((await firestore.doc('runs/one').get()).exists).toBe(false);
    expect(await topic.exists()).toEqual([false]);
    expect(await bucket.exists()).toEqual([false]);
    await Promise.all([firestore.terminate(), pubsub.close()]);
    await cloud.close();
  });

  test.each(['firestore', 'pubsub', 'workflows', 'scheduler', 'storage', 'metadata'] as const)(
    'a busy %s port is named, and nothing stays behind',
    async (service) => {
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
      const { port } = squatter.address() as AddressInfo;
      const options = { file: file(), projectId: 'demo-start', ports: { [service]: port } };
      await expect(startEmulators(options)).rejects.toThrow(
        new RegExp(`${service} cannot listen on 127\\.0\\.0\\.1:${port}.*--${service}-port`, 'u'),
      );
      await new Promise((resolve) => squatter.close(resolve));
      const cloud = await startEmulators(options);
      expect(cloud[service].port).toBe(port);
      await cloud.close();
    },
  );

  test('two of them on one state file: the second says so', async () => {
    const cloud = await startEmulators({ file: file(), projectId: 'demo-start' });
    await expect(startEmulators({ file: file(), projectId: 'demo-start' })).rejects.toThrow(/in use/u);
    await cloud.close();
  });
});
