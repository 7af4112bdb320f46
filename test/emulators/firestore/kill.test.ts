/** kill -9 under write load: what Commit has answered is there, whole. DAYMILL_KILL_ROUNDS=100 for the long run. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Firestore } from '@google-cloud/firestore';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWire, ROOT } from './firestore-wire.ts';

const ROUNDS = Number(process.env['DAYMILL_KILL_ROUNDS'] ?? 3);
const WRITERS = 12;
const SECONDS_A_ROUND = 4;

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

  async function serve(): Promise<{ emulator: ChildProcess; port: number }> {
    child = fork(new URL('../../support/firestore-process.ts', import.meta.url), [join(folder, 'state.db')]);
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return { emulator: child, port };
  }

  test(
    `loses no acknowledged write in ${ROUNDS} rounds`,
    async () => {
      /** By writer: commits that were answered. Each adds one document and one to the writer's counter. */
      const acknowledged = Array.from({ length: WRITERS }, () => 0);
      for (let round = 0; round < ROUNDS; round += 1) {
        const { emulator, port } = await serve();
        const wire = openWire(port);
        // Makes the index that every later commit has to keep.
        const equal = { op: 'EQUAL', field: { fieldPath: 'writer' }, value: { integerValue: '0' } };
        const structuredQuery = { from: [{ collectionId: 'entries' }], where: { fieldFilter: equal } };
        await wire.call('RunQuery', { parent: ROOT, structuredQuery });
        let answered = 0;
        const write = async (writer: number): Promise<void> => {
          const fields = { writer: { integerValue: String(writer) }, round: { integerValue: String(round) } };
          const increment = { integerValue: '1' };
          while (emulator.connected) {
            await wire.call('Commit', {
              writes: [
                { update: { name: `${ROOT}/entries/${randomUUID()}`, fields } },
                {
                  update: { name: `${ROOT}/counters/${writer}` },
                  updateMask: {},
                  updateTransforms: [{ fieldPath: 'n', increment }],
                },
              ],
            });
            acknowledged[writer] = (acknowledged[writer] ?? 0) + 1;
            answered += 1;
            // Where in the work the kill strikes differs from round to round.
            if (answered >= 60 + 37 * (round % 5)) emulator.kill('SIGKILL');
          }
        };
        // What the kill interrupts may fail or never settle; only what was answered counts.
        for (let writer = 0; writer < WRITERS; writer += 1) write(writer).catch(() => {});
        await once(emulator, 'exit');
        wire.close();
        expect(answered).toBeGreaterThan(0);
      }
      const { port } = await serve();
      const customHeaders = { authorization: 'Bearer owner' };
      const client = new Firestore({
        projectId: 'demo-contract',
        host: `127.0.0.1:${port}`,
        ssl: false,
        customHeaders,
      });
      const all = await client.collection('entries').get();
      expect(all.size).toBeGreaterThan(100);
      for (let writer = 0; writer < WRITERS; writer += 1) {
        const counter = (await client.doc(`counters/${writer}`).get()).get('n') as number;
        expect(counter).toBeGreaterThanOrEqual(acknowledged[writer] ?? 0);
        // A commit is there as a whole, in its index too.
        const own = all.docs.filter((entry) => entry.get('writer') === writer);
        expect(own.length).toBe(counter);
        expect((await client.collection('entries').where('writer', '==', writer).get()).size).toBe(counter);
      }
      await client.terminate();
    },
    (ROUNDS + 5) * SECONDS_A_ROUND * 1_000,
  );
});
