/** The state file: group commit, and every way in which a file can be unusable. */
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState, type State } from '../../src/emulators/state.ts';
import { STATE_VERSION, StateFileError } from '../../src/emulators/state-file.ts';

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

describe('a disk that is full', () => {
  const long = 'x'.repeat(10_000);
  const fill = (state: State, n: number): Promise<unknown> =>
    state.write(() => state.db.prepare('INSERT INTO texts VALUES (?, ?)').run(n, long));
  const textsIn = (state: State): unknown[] =>
    state.db
      .prepare('SELECT n FROM texts ORDER BY n')
      .all()
      .map(({ n }) => n);

  test('refuses what does not fit, takes nothing more, and has lost nothing that it acknowledged', async () => {
    const state = open();
    state.db.exec('CREATE TABLE texts (n INTEGER PRIMARY KEY, text TEXT) STRICT');
    // SQLite's own limit fails in the same way as a disk without room.
    state.db.exec('PRAGMA max_page_count = 40');
    const answers = [];
    for (let n = 1; n < 60; n++) answers.push((await Promise.allSettled([fill(state, n)]))[0]);
    const acknowledged = answers.flatMap(({ status }, index) => (status === 'fulfilled' ? [index + 1] : []));
    const refusal: unknown = answers.find((answer) => answer.status === 'rejected')?.reason;
    expect(String(refusal)).toMatch(/could not be written: .*full.*acknowledged before is safe.*Make room/);
    expect(acknowledged.length).toBeGreaterThan(2);
    await expect(insert(state, 1)).rejects.toThrow('start the local cloud again');
    await state.close();
    expect(textsIn(open())).toEqual(acknowledged);
  });

  test('refuses a whole group, neighbours that did fit included', async () => {
    const state = open();
    state.db.exec('CREATE TABLE texts (n INTEGER PRIMARY KEY, text TEXT) STRICT');
    state.db.exec('PRAGMA max_page_count = 40');
    const answers = await Promise.allSettled([
      insert(state, 1),
      ...Array.from({ length: 60 }, (_, n) => fill(state, n)),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['rejected']));
    await state.close();
    const again = open();
    expect([...numbersIn(again), ...textsIn(again)]).toEqual([]);
  });
});

describe('a file that breaks under its reader', () => {
  test('says so once for all, takes nothing more, and whoever waits for it is told', async () => {
    const state = open();
    await Promise.all(Array.from({ length: 400 }, (_, n) => insert(state, n)));
    await state.close();
    overwrite(1);
    const damaged = openState(file);
    opened.push(damaged);
    const told: unknown[] = [];
    void damaged.broken.then((error) => told.push(error));
    expect(() => numbersIn(damaged)).toThrow(/is damaged: .*Nothing more was written to it.*move it away/);
    await expect(insert(damaged, 1)).rejects.toThrow('is damaged');
    expect(told).toEqual([expect.objectContaining({ name: 'StateFileError' })]);
  });

  test('also in the middle of an iteration, and of a write', async () => {
    const state = open();
    await Promise.all(Array.from({ length: 4_000 }, (_, n) => insert(state, n)));
    await state.close();
    overwrite(5);
    const reader = openState(file);
    expect(() => [...reader.db.prepare('SELECT n FROM numbers').iterate()]).toThrow('is damaged');
    await reader.close();
    const writer = openState(file);
    opened.push(writer);
    const update = writer.write(() => writer.db.prepare('UPDATE numbers SET n = -n').run());
    const neighbour = writer.write(() => 1);
    await expect(update).rejects.toThrow('is damaged');
    await expect(neighbour).rejects.toThrow('is damaged');
    await expect(writer.broken).resolves.toBeInstanceOf(StateFileError);
  });

  /** A page of 4 KiB, with what no page has. */
  function overwrite(page: number): void {
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, new Uint8Array(4_096).fill(0xa5), 0, 4_096, page * 4_096);
    closeSync(descriptor);
  }
});

describe('a state file is made', () => {
  test('whole: whoever is killed on the way leaves none, and what a removed one left is not taken over', async () => {
    const state = open();
    await insert(state, 1);
    // As kill -9 leaves it: the file, and what is not in it yet.
    for (const suffix of ['', '-wal']) copyFileSync(`${file}${suffix}`, `${file}${suffix}.kept`);
    await state.close();
    copyFileSync(`${file}-wal.kept`, `${file}-wal`);
    rmSync(file);
    expect(numbersIn(open())).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.includes('.new-'))).toEqual([]);
  });

  test('known again by its own id, or, where it was made before there was one, by its tables', async () => {
    const state = open();
    await state.close();
    const before = new DatabaseSync(file);
    before.exec('PRAGMA application_id = 0; CREATE TABLE firestore_documents (a); DROP TABLE numbers');
    before.close();
    expect(numbersIn(open())).toEqual([]);
  });
});

describe('a file that cannot be used', () => {
  test('because there is nothing in it says so, and stays as it is', () => {
    writeFileSync(file, '');
    expect(() => openState(file)).toThrow(/is empty: no state file is.*remove the file/);
    expect(readFileSync(file)).toHaveLength(0);
    expect(readdirSync(folder)).toEqual(['state.sqlite']);
  });

  test('because it is cut off says so', () => {
    writeFileSync(file, 'SQLite format 3\0');
    expect(() => openState(file)).toThrow('not a readable state file');
  });

  test.each([
    ['as it is', ''],
    ['with a version of its own', 'PRAGMA user_version = 1'],
    ['with an id of its own', 'PRAGMA application_id = 77; PRAGMA user_version = 1'],
  ])('because it is another program’s says so, and stays as it is: %s', (_, pragma) => {
    const other = new DatabaseSync(file);
    other.exec(`CREATE TABLE notes (text TEXT); INSERT INTO notes VALUES ('mine'); ${pragma}`);
    other.close();
    const before = readFileSync(file);
    expect(() => openState(file)).toThrow(/another program's SQLite database.*nothing was changed/);
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(folder)).toEqual(['state.sqlite']);
  });

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
