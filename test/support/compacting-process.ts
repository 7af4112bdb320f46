/** A process of its own that joins and rolls up a day again and again, to be killed by a test. Its argument: the day's key as JSON. */
import { randomUUID } from 'node:crypto';
import { openFirestore } from '../../src/google/firestore-client.ts';
import { firestoreChunks } from '../../src/google/meter/firestore-chunks.ts';
import { firestoreDays } from '../../src/google/meter/firestore-days.ts';
import type { DayKey } from '../../src/meter/ports/day-store.ts';
import { compactDay, sweepChunks } from '../../src/meter/steps/compact/compact-day.ts';
import { rollUpDay } from '../../src/meter/steps/compact/roll-up-day.ts';

const key = JSON.parse(process.argv[2] ?? '') as DayKey;
const db = openFirestore({ projectId: 'demo-compact', databaseId: '(default)' });
const ports = {
  days: firestoreDays(db),
  chunks: firestoreChunks(db),
  clock: { now: () => Date.now() },
  newId: randomUUID,
};
process.send?.('ready');
for (let round = 0; ; round++) {
  await compactDay(key, round % 3 === 2, ports);
  if (round % 3 !== 2) continue;
  await rollUpDay(key, ports);
  await sweepChunks(key, ports);
}
