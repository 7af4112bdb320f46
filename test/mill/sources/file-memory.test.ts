/** What is remembered of files: nothing of one that is another by now, however much it looks the same. */
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileMemory, type FileMemoryOptions, SETTLED_MS } from '../../../src/mill/sources/file-memory.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-file-memory-'));
  path = join(folder, 'prices.csv');
  writeFileSync(path, 'a');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Files that were written just now have long been there. */
const later = (): number => Date.now() + 10 * SETTLED_MS;

/** Reads the file through a memory, and counts how often it really was read. */
function reader(options: FileMemoryOptions = {}) {
  const memory = fileMemory({ now: later, ...options });
  const counted = {
    reads: 0,
    ask: (by = '') =>
      memory({ path, what: 'content', by }, () => {
        counted.reads++;
        return Promise.resolve(readFileSync(path, 'utf8'));
      }),
  };
  return counted;
}

test('a file that is as it was is read once', async () => {
  const file = reader();
  expect([await file.ask(), await file.ask()]).toEqual(['a', 'a']);
  expect(file.reads).toBe(1);
});

test('two who ask at once wait for one reading', async () => {
  const file = reader();
  expect(await Promise.all([file.ask(), file.ask()])).toEqual(['a', 'a']);
  expect(file.reads).toBe(1);
});

describe('a file is read again', () => {
  test('when it was written with the same size and its old times', async () => {
    const file = reader();
    await file.ask();
    const { atime, mtime } = statSync(path);
    writeFileSync(path, 'b');
    utimesSync(path, atime, mtime);
    expect(await file.ask()).toBe('b');
  });

  test('when another of the same size and times was put in its place', async () => {
    const file = reader();
    await file.ask();
    const { atime, mtime } = statSync(path);
    const other = join(folder, 'other.csv');
    writeFileSync(other, 'b');
    utimesSync(other, atime, mtime);
    renameSync(other, path);
    expect(await file.ask()).toBe('b');
  });

  test('while it changed so lately that the next change may leave no trace', async () => {
    let now = statSync(path).ctimeMs + SETTLED_MS - 1;
    const file = reader({ now: () => now });
    await file.ask();
    await file.ask();
    expect(file.reads).toBe(2);
    now += 1;
    await file.ask();
    await file.ask();
    expect(file.reads).toBe(3);
  });

  test('when it was written while it was read', async () => {
    const memory = fileMemory({ now: later });
    const asked = { path, what: 'content', by: '' };
    await memory(asked, () => {
      const read = readFileSync(path, 'utf8');
      appendFileSync(path, 'b');
      return Promise.resolve(read);
    });
    expect(await memory(asked, () => Promise.resolve(readFileSync(path, 'utf8')))).toBe('ab');
  });

  test('by other code', async () => {
    const file = reader();
    await file.ask('one');
    await file.ask('another');
    expect(file.reads).toBe(2);
  });

  test('after reading it failed', async () => {
    const memory = fileMemory({ now: later });
    const asked = { path, what: 'content', by: '' };
    await expect(memory(asked, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await memory(asked, () => Promise.resolve('a'))).toBe('a');
  });
});

describe('the next process', () => {
  test('reads nothing again, also of what has no answer', async () => {
    const file = join(folder, 'memory.json');
    const asked = { path, what: 'coverage', by: '' };
    await fileMemory({ file, now: later })(asked, () => Promise.resolve(undefined));
    const answer = await fileMemory({ file, now: later })(asked, () => Promise.reject(new Error('was read')));
    expect(answer).toBeUndefined();
  });

  test.each([
    ['other code of ours', () => ({ maker: 'another' })],
    ['a memory that is cut off', (file: string) => (writeFileSync(file, readFileSync(file, 'utf8').slice(0, -2)), {})],
  ])('reads it with %s', async (_, change) => {
    const file = join(folder, 'memory.json');
    await reader({ file, maker: 'one' }).ask();
    const next = reader({ file, maker: 'one', ...change(file) });
    await next.ask();
    expect(next.reads).toBe(1);
  });

  test('finds no folder that was not there', async () => {
    const file = join(folder, 'none/memory.json');
    await reader({ file }).ask();
    expect(() => statSync(join(folder, 'none'))).toThrow('ENOENT');
  });
});

test('a file that is not there is asked for by who reads it', async () => {
  const file = reader();
  rmSync(path);
  await expect(file.ask()).rejects.toThrow('ENOENT');
});
