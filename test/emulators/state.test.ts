/** The state file: group commit, and every way in which a file can be unusable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState, type State, STATE_VERSION } from '../../src/emulators/state.ts';

let folder: string;
let file: string;
const opened: State[] = [];

const open = (): State => {
  const state = openState(file);
  opened.push(state);
  state.db.exec('CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY) STRICT');
  return state;
};
const insert = (state: State, n: number): Promise<unknown> =>
  state.write(() => state.db.prepare('INSERT INTO numbers VALUES (?)').run(n));
const numbersIn = (state: State): unknown[] =>
  state.db
    .prepare('SELECT n FROM numbers ORDER BY n')
    .all()
    .map(({ n }) => n);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-state-'));
  file = join(folder, 'state.sqlite');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((state) => state.close()));
  rmSync(folder, { recursive: true, force: true });
});

describe('a group of writes', () => {
  test('commits together, and one that throws takes only itself back', async () => {
    const state = open();
    const answers = await Promise.allSettled([insert(state, 1), insert(state, 1), insert(state, 2)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(numbersIn(state)).toEqual([1, 2]);
  });

  test('is written when the file is closed at once, and nothing is after that', async () => {
    const state = open();
    const pending = insert(state, 7);
    await state.close();
    await pending;
    await expect(insert(state, 8)).rejects.toThrow('has been stopped');
    expect(numbersIn(open())).toEqual([7]);
  });
});

describe('a file that cannot be used', () => {
  test('because another has it says so', () => {
    open();
    expect(() => openState(file)).toThrow(/in use by another Daymill \(process \d+\).*DAYMILL_HOME/);
  });

  test('because it is from a newer version says so, and stays as it is', () => {
    const newer = new DatabaseSync(file);
    newer.exec(`PRAGMA user_version = ${STATE_VERSION + 1}`);
    newer.close();
    expect(() => openState(file)).toThrow(/written by a newer Daymill.*Update Daymill/);
    const again = new DatabaseSync(file);
    expect(again.prepare('PRAGMA user_version').get()).toEqual({ user_version: STATE_VERSION + 1 });
    again.close();
  });

  test('because its folder is a file says so', () => {
    writeFileSync(file, '');
    expect(() => openState(join(file, 'state.sqlite'))).toThrow(/cannot be opened.*Check the folder/);
  });

  test('because it is no database says so', () => {
    writeFileSync(file, 'not a database, but long enough to be looked at as one'.repeat(100));
    expect(() => openState(file)).toThrow(/not a readable state file.*nothing was changed/);
  });
});
