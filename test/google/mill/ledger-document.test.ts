/** A task as its document holds it. */
import { expect, test } from 'vitest';
import { MESSAGE_CHARACTERS } from '../../../src/errors.ts';
import { fromLedger, toLedger } from '../../../src/google/mill/ledger-document.ts';
import { documentBytes, MAX_DOCUMENT_BYTES } from '../../../src/google/sizes.ts';
import { cellName, type CellOutcome } from '../../../src/mill/model/cell.ts';
import type { Task } from '../../../src/mill/model/task.ts';
import { MAX_CHAIN_DAYS } from '../../../src/mill/planning/make-tasks.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { aTask } from '../../support/graph.ts';

/** Chinese characters by chance: two thirds of their bytes are left when they are packed. */
const noise = (seed: string): string =>
  Array.from({ length: MESSAGE_CHARACTERS / 4 }, (_, index) => hashOf(`${seed} ${index}`))
    .join('')
    .replaceAll(/.{4}/gu, (hex) => String.fromCharCode(0x4e00 + (Number.parseInt(hex, 16) % 0x4000)));

const failing = (days: number, message: (date: string) => string): Task => {
  const dates = daysFrom('2024-01-01', addDays('2024-01-01', days - 1));
  const task = aTask({ days: dates });
  const outcomes = task.cells.map((cell): [string, CellOutcome] => [
    cellName(cell),
    { status: 'FAILED', error: { code: 'COMPUTE_FAILED', message: message(cell.date) }, dispatchId: 'd' },
  ]);
  return { ...task, outcomes: Object.fromEntries(outcomes) };
};

test('is read as it was written', () => {
  const task = failing(3, (date) => `of ${date}`);
  expect(fromLedger(toLedger(task))).toEqual(task);
});

test('is read as it was written when its cells were maps', () => {
  const task = failing(3, (date) => `of ${date}`);
  expect(fromLedger({ ...toLedger(task), cells: task.cells, outcomes: task.outcomes })).toEqual(task);
});

test('fits with as many failures as there may be: errors are cut where all of them would not fit', () => {
  const task = failing(MAX_CHAIN_DAYS, noise);
  const document = toLedger(task);
  expect(documentBytes(`computation_audit_ledger/${task.id}`, document)).toBeLessThan(MAX_DOCUMENT_BYTES);
  const lengths = Object.values(fromLedger(document).outcomes).map((one) =>
    one.status === 'FAILED' ? one.error.message.length : 0,
  );
  expect(Math.max(...lengths)).toBeLessThan(MESSAGE_CHARACTERS);
  expect(Math.min(...lengths)).toBeGreaterThan(100);
  // A few, or errors that are alike, stay whole.
  const alike = failing(MAX_CHAIN_DAYS, () => noise('one'));
  expect(fromLedger(toLedger(alike))).toEqual(alike);
});
