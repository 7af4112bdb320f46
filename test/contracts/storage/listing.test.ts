/** Lists of objects: order, prefixes, folders, offsets, globs and pages. */
import type { Bucket, GetFilesOptions } from '@google-cloud/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

/** In the order of their UTF-8 bytes, which is not that of UTF-16. */
const NAMES = [
  'A',
  'a',
  'a/',
  'a/1.csv',
  'a/1.txt',
  'a/b/2.csv',
  'a/b/3.csv',
  'a0',
  'b/4.csv',
  'c',
  '\u{FF5E}',
  '\u{1F680}',
];

let storage: StorageUnderTest;
let bucket: Bucket;
beforeAll(async () => {
  storage = await storageUnderTest();
  bucket = await storage.bucket();
  await Promise.all(NAMES.toReversed().map((name) => bucket.file(name).save(name, { resumable: false })));
});
afterAll(() => storage.close());

interface Page {
  prefixes?: string[];
  nextPageToken?: string;
  items?: { name: string }[];
}

async function list(query: GetFilesOptions): Promise<{ names: string[]; prefixes: string[]; pages: number }> {
  const names: string[] = [];
  const prefixes: string[] = [];
  let pages = 0;
  for (let next: GetFilesOptions | null = { ...query, autoPaginate: false }; next !== null; pages += 1) {
    const [files, following, answer]: [{ name: string }[], GetFilesOptions | null, unknown] =
      await bucket.getFiles(next);
    names.push(...files.map(({ name }) => name));
    prefixes.push(...((answer as Page).prefixes ?? []));
    next = following;
  }
  return { names, prefixes, pages };
}

describe('the list of objects', () => {
  test('is in the order of UTF-8, with what is needed to check and to read each', async () => {
    const [files] = await bucket.getFiles();
    expect(files.map(({ name }) => name)).toEqual(NAMES);
    expect(files[0]?.metadata).toMatchObject({
      size: '1',
      generation: expect.stringMatching(/^\d{16}$/u),
      md5Hash: expect.stringMatching(/==$/u),
      crc32c: expect.stringMatching(/==$/u),
    });
  });

  test.each<[string, GetFilesOptions, string[], string[]]>([
    ['prefix', { prefix: 'a' }, ['a', 'a/', 'a/1.csv', 'a/1.txt', 'a/b/2.csv', 'a/b/3.csv', 'a0'], []],
    ['prefix of a folder', { prefix: 'a/' }, ['a/', 'a/1.csv', 'a/1.txt', 'a/b/2.csv', 'a/b/3.csv'], []],
    ['prefix that nothing has', { prefix: 'x' }, [], []],
    ['delimiter', { delimiter: '/' }, ['A', 'a', 'a0', 'c', '\u{FF5E}', '\u{1F680}'], ['a/', 'b/']],
    ['delimiter in a folder', { prefix: 'a/', delimiter: '/' }, ['a/', 'a/1.csv', 'a/1.txt'], ['a/b/']],
    [
      'delimiter of several characters',
      { prefix: 'a/', delimiter: '.c' },
      ['a/', 'a/1.txt'],
      ['a/1.c', 'a/b/2.c', 'a/b/3.c'],
    ],
    [
      'trailing delimiter',
      { delimiter: '/', includeTrailingDelimiter: true },
      ['A', 'a', 'a/', 'a0', 'c', '\u{FF5E}', '\u{1F680}'],
      ['a/', 'b/'],
    ],
    ['start', { startOffset: 'b' }, ['b/4.csv', 'c', '\u{FF5E}', '\u{1F680}'], []],
    [
      'start and end',
      { startOffset: 'a/1.txt', endOffset: 'b/4.csv' },
      ['a/1.txt', 'a/b/2.csv', 'a/b/3.csv', 'a0'],
      [],
    ],
    ['end by UTF-8', { startOffset: 'c', endOffset: '\u{1F680}' }, ['c', '\u{FF5E}'], []],
    ['glob in a folder', { matchGlob: 'a/*.csv' }, ['a/1.csv'], []],
    ['glob in all folders', { matchGlob: '**.csv' }, ['a/1.csv', 'a/b/2.csv', 'a/b/3.csv', 'b/4.csv'], []],
    ['glob of choices', { matchGlob: '{a,b}/**[!2].{csv,pdf}' }, ['a/1.csv', 'a/b/3.csv', 'b/4.csv'], []],
    ['glob of a character', { matchGlob: '?' }, ['A', 'a', 'c', '\u{FF5E}', '\u{1F680}'], []],
    ['glob by folders', { matchGlob: '**.csv', delimiter: '/', prefix: 'a/' }, ['a/1.csv'], ['a/b/']],
  ])('by %s', async (_, query, names, prefixes) => {
    expect(await list(query)).toEqual({ names, prefixes, pages: 1 });
    // Pages of any size come to the same.
    for (const maxResults of [1, 2, 3]) {
      const paged = await list({ ...query, maxResults });
      expect(paged).toMatchObject({ names, prefixes });
    }
  });

  test('has as many items and prefixes on a page as asked for', async () => {
    expect((await list({ maxResults: 5 })).pages).toBe(3);
    expect((await list({ delimiter: '/', maxResults: 4 })).pages).toBe(2);
  });

  test('has at most 1,000 on a page', async () => {
    const large = await storage.bucket();
    const names = Array.from({ length: 1_001 }, (_, index) => String(index).padStart(4, '0'));
    for (let start = 0; start < names.length; start += 100) {
      const some = names.slice(start, start + 100);
      await Promise.all(some.map((name) => large.file(name).save('', { resumable: false })));
    }
    const [files, next] = await large.getFiles({ maxResults: 5_000, autoPaginate: false });
    expect(files).toHaveLength(1_000);
    expect(next).toMatchObject({ pageToken: expect.any(String) });
    expect((await large.getFiles())[0].map(({ name }) => name)).toEqual(names);
  });

  test('may be of some fields only', async () => {
    const [files, , answer] = await bucket.getFiles({
      prefix: 'a/b/',
      fields: 'items(name,size),items/generation,nextPageToken',
      autoPaginate: false,
    });
    expect(files.map(({ name }) => name)).toEqual(['a/b/2.csv', 'a/b/3.csv']);
    const [item] = (answer as Page).items ?? [];
    expect(Object.keys(item ?? {}).sort()).toEqual(['generation', 'name', 'size']);
    expect(await refusal(bucket.getFiles({ fields: 'items(name' }))).toMatchObject({ code: 400, reason: 'invalid' });
  });

  test.each<[GetFilesOptions, number]>([
    [{ pageToken: 'not base64!' }, 400],
    [{ matchGlob: '*', delimiter: '.' }, 400],
    [{ versions: true }, 501],
    [{ softDeleted: true }, 501],
  ])('refuses %j', async (query, code) => {
    expect(await refusal(bucket.getFiles(query))).toMatchObject({ code });
  });
});
