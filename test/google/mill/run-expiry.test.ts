/** What a run leaves behind ends by itself: each of its documents has a field that Firestore deletes it by. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { IndexConfig } from '../../../src/emulators/firestore/indexes.ts';
import { RETENTION_DAYS } from '../../../src/google/mill/ledger-document.ts';
import { firestorePlanning } from '../../../src/google/mill/firestore-planning.ts';
import { TASKS_A_COUNTER } from '../../../src/mill/model/counter-tree.ts';
import { firestoreUnderTest } from '../../support/firestore-under-test.ts';
import { aRun, aTask, aTaskCell } from '../../support/graph.ts';

const DAY_MS = 86_400_000;
const file = new URL('../../../firestore.indexes.json', import.meta.url);

test('a run, its tasks and the leaves that count them are gone a day after their time, and not before', async () => {
  let now = Date.now();
  const indexes = JSON.parse(readFileSync(file, 'utf8')) as IndexConfig;
  const firestore = await firestoreUnderTest({ indexes, clock: () => now });
  try {
    const db = firestore.client;
    const planning = firestorePlanning(db);
    const tasks = Array.from({ length: TASKS_A_COUNTER + 1 }, (_, index) =>
      aTask({ id: `run-1.${index}`, runId: 'run-1', cells: [aTaskCell('2024-03-01')], createdMs: now }),
    );
    const run = aRun({ id: 'run-1', totalTasks: tasks.length, leaves: 2, createdMs: now });
    const made = await planning.commit(await planning.load(), { settled: [], closedRuns: [], claim: { run, tasks } });
    expect(made).toHaveLength(tasks.length);
    const left = async (): Promise<number[]> =>
      Promise.all(
        [
          db.collection('computation_runs'),
          db.collection('computation_audit_ledger'),
          db.collectionGroup('counters'),
        ].map(async (each) => (await each.count().get()).data().count),
      );
    now += RETENTION_DAYS * DAY_MS;
    expect(await left()).toEqual([1, tasks.length, 2]);
    // Firestore takes up to a day.
    now += DAY_MS + 1_000;
    await expect.poll(left, { timeout: 10_000 }).toEqual([0, 0, 0]);
  } finally {
    await firestore.close();
  }
});
