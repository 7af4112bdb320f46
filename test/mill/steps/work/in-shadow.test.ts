/** What a skipped cell that was made again says: of the skip, of what is stored, or nothing. */
import { describe, expect, test } from 'vitest';
import type { CellOutcome } from '../../../../src/mill/model/cell.ts';
import { hashOf } from '../../../../src/values/hash.ts';
import type { TaskCell } from '../../../../src/mill/model/task.ts';
import { type Vector, vectorHash } from '../../../../src/mill/model/vector.ts';
import { inShadow } from '../../../../src/mill/steps/work/in-shadow.ts';
import type { StoredCell } from '../../../../src/mill/ports/cells.ts';
import { aTaskCell, fingerprintAt } from '../../../support/graph.ts';

const DATE = '2024-01-01';
const [KEPT, OTHER, THIRD] = ['kept', 'other', 'third'].map(hashOf) as [string, string, string];
const vector: Vector = { fingerprint: fingerprintAt({}, 'a'), inputs: {} };
const older: Vector = { ...vector, inputs: { 'document:x': OTHER } };

const audit = {
  expected: KEPT,
  vector: vectorHash(vector),
  behaviour: OTHER,
  stored: vectorHash(vector),
  ground: 'UNCHANGED',
} as const;
const cell: TaskCell = { ...aTaskCell(DATE), audit };

const gave = (resultHash: string): CellOutcome => ({ status: 'COMPLETED', vector, resultHash, dispatchId: 'd' });
const failed = (code: string): CellOutcome => ({
  status: 'FAILED',
  vector,
  error: { code, message: 'it is said' },
  dispatchId: 'd',
});
const holds = (hash: string, made: Vector = vector): StoredCell => ({
  computation: 'a',
  date: DATE,
  status: 'COMPLETED',
  vector: made,
  summary: { hash, keyed: false, count: 1, rawBytes: 1 },
  error: undefined,
  record: undefined,
});

async function shadow(outcome: CellOutcome, stored: StoredCell | undefined, of: TaskCell['audit'] = audit) {
  const alarms: string[] = [];
  const quiet = (): void => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: (_: object, text: string) => void alarms.push(text) };
  const cells = { read: async () => [stored] };
  const made = await inShadow({ cell, outcome }, of ?? audit, { cells, log });
  return { outcome: made.outcome, alarms };
}

describe('a skipped cell that was made again', () => {
  test('with the result that the books tell of and that is stored was right, and nobody is told', async () => {
    const { outcome, alarms } = await shadow(gave(KEPT), holds(KEPT));
    expect(outcome).toEqual({ status: 'AUDITED', matches: true, text: '' });
    expect(alarms).toEqual([]);
  });

  test.each([
    ['another result', gave(OTHER)],
    ['an error of its own code', failed('COMPUTE_FAILED')],
    ['a result that a check refuses', failed('FLAT_LINE')],
  ])('with %s was wrong: its inputs and its code are the same', async (_, made) => {
    const { outcome, alarms } = await shadow(made, holds(KEPT));
    expect(outcome).toMatchObject({ status: 'AUDITED', matches: false });
    expect(outcome).not.toHaveProperty('isSetBack');
    expect(alarms[0]).toMatch(
      /it is not decided by what it reads, or code has changed that its fingerprint does not see/u,
    );
  });

  test('because of a proof blames the proof', async () => {
    const { alarms } = await shadow(gave(OTHER), holds(KEPT), { ...audit, ground: 'COSMETIC' });
    expect(alarms[0]).toMatch(/was proven by simulation, and does not hold/u);
  });

  test.each([
    ['holds another result', holds(OTHER), /Its stored result is another/u],
    ['is gone', undefined, /Its stored result is gone/u],
    ['tells of other inputs', holds(KEPT, older), /was made from other inputs/u],
  ])('whose document %s was set back: its code is not to blame', async (_, stored, cause) => {
    const { outcome, alarms } = await shadow(gave(KEPT), stored);
    expect(outcome).toMatchObject({ status: 'AUDITED', matches: false, isSetBack: true });
    expect(alarms[0]).toMatch(cause);
    expect(alarms[0]).toMatch(/It is made again$/u);
  });

  test('with the result that is stored, where the books tell of another, has books that were set back', async () => {
    const { outcome } = await shadow(gave(OTHER), holds(OTHER));
    expect(outcome).toMatchObject({ matches: false, isSetBack: true });
  });

  test('with neither the one nor the other is not to be trusted, whatever became of its document', async () => {
    for (const stored of [holds(OTHER), undefined])
      expect((await shadow(gave(THIRD), stored)).outcome).not.toHaveProperty('isSetBack');
  });

  test.each(['TIMEOUT', 'OUT_OF_MEMORY', 'UNAVAILABLE', 'UNKNOWN_COMPUTATION'])(
    'in vain, for %s, says nothing of the skip',
    async (code) => {
      const { outcome, alarms } = await shadow(failed(code), holds(KEPT));
      expect(outcome).toMatchObject({ status: 'AUDITED', matches: true, compared: false });
      expect(alarms).toEqual([]);
    },
  );
});
