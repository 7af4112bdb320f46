/** Closed days of what was collected, as files that the mill reads where they lie: here the wings meet. */
import type { Firestore } from '@google-cloud/firestore';
import { firestoreDays } from './google/meter/firestore-days.ts';
import { firestoreSelections } from './google/meter/firestore-selections.ts';
import type { Files } from './mill/ports/files.ts';
import {
  closedDay,
  closedDays,
  type ClosedDaysPorts,
  fileOf,
  keyOfFile,
  rowsOf,
  type Selection,
} from './meter/answers/closed-days.ts';
import { EVENT_KINDS, type EventKind } from './meter/model/event.ts';
import type { FilePattern } from './mill/model/file-pattern.ts';

export function collectedFiles(db: Firestore, clock: { now(): number }): Files {
  const ports: ClosedDaysPorts = { days: firestoreDays(db), selections: firestoreSelections(db), clock };
  return {
    async *list(pattern) {
      for await (const days of closedDays(selectionOf(pattern), ports))
        yield days.map((day) => ({ name: fileOf(day), bytes: day.bytes, hash: day.hash }));
    },
    async open(pattern, file) {
      const selection = selectionOf(pattern);
      const key = keyOfFile(file.name);
      const isSame = async (): Promise<boolean> => (await closedDay(selection, key, ports))?.hash === file.hash;
      if (!(await isSame())) return undefined;
      return {
        name: `${pattern.collected?.kind} of ${key.organization}, ${key.day}.ndjson`,
        size: file.bytes,
        stream: (start) => from(start, lines(rowsOf(selection, key, ports))),
        slice: async (start, end) =>
          Buffer.concat(await Array.fromAsync(lines(rowsOf(selection, key, ports)))).subarray(start, end),
        isSame,
      };
    },
  };
}

function selectionOf({ text, collected }: FilePattern): Selection {
  const { kind, query } = collected ?? { kind: '', query: '' };
  if (kind === 'samples') return { kind, labels: Object.fromEntries(new URLSearchParams(query)) };
  const event = EVENT_KINDS.find((one): one is EventKind => one === kind);
  if (event === undefined) throw new Error(`${text} names nothing that is collected`);
  return { kind: event };
}

async function* lines(rows: AsyncIterable<readonly object[]>): AsyncGenerator<Buffer> {
  for await (const some of rows) yield Buffer.from(some.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

async function* from(start: number, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let left = start;
  for await (const chunk of chunks) {
    if (left < chunk.byteLength) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.byteLength);
  }
}
