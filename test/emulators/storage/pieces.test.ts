/** The pure pieces: checksums, multipart bodies cut anywhere, globs, fields, successors of prefixes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Hasher, readHashHeader } from '../../../src/emulators/storage/checksums.ts';
import { crc32c } from '../../../src/emulators/storage/crc32c.ts';
import { readFields } from '../../../src/emulators/storage/fields.ts';
import { readGlob } from '../../../src/emulators/storage/glob.ts';
import { readRelated } from '../../../src/emulators/storage/multipart.ts';
import { successor } from '../../../src/emulators/storage/paging.ts';

/** By definition: a bit at a time. */
function slowCrc32c(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f6_3b78 : 0);
  }
  return ~crc >>> 0;
}

describe('CRC32C', () => {
  // https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4
  test.each([
    [Buffer.alloc(32), 0x8a91_36aa],
    [Buffer.alloc(32, 0xff), 0x62a8_ab43],
    [Buffer.from(Array.from({ length: 32 }, (_, index) => index)), 0x46dd_794e],
    [Buffer.from('123456789'), 0xe306_9283],
    [Buffer.alloc(0), 0],
  ])('of known bytes', (bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  test('is the definition, of any bytes in any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (pieces) => {
        const whole = slowCrc32c(Buffer.concat(pieces));
        expect(pieces.reduce((crc, piece) => crc32c(piece, crc), 0)).toBe(whole);
        const hasher = new Hasher();
        for (const piece of pieces) hasher.update(piece);
        expect(Buffer.from(hasher.checksums().crc32c, 'base64').readUInt32BE()).toBe(whole);
      }),
    );
  });

  test('stands in a header with or without MD5', () => {
    expect(readHashHeader('crc32c=AA==, md5=BB==')).toEqual({ crc32c: 'AA==', md5Hash: 'BB==' });
    expect(readHashHeader('md5=BB==')).toEqual({ md5Hash: 'BB==' });
    expect(readHashHeader(undefined)).toEqual({});
  });
});

describe('a multipart body', () => {
  test('gives back its media, wherever it is cut and whatever looks like a boundary', async () => {
    const likely = fc.constantFrom('\r\n--b', '\r\n--', '--b--', '\r\n', '--boundary', '\r\n--boundar');
    const text = fc
      .array(fc.oneof(likely, fc.string()))
      .map((parts) => parts.join('').replaceAll('\r\n--boundary', ''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 }), async (content, cuts) => {
        const body = Buffer.from(
          `--boundary\r\nContent-Type: application/json\r\n\r\n{"a":1}\r\n--boundary\r\nContent-Type: text/x\r\n\r\n${content}\r\n--boundary--\r\n`,
        );
        const { json, mediaType, media } = await readRelated(cut(body, cuts), 'multipart/related; boundary=boundary');
        expect([json.toString(), mediaType]).toEqual(['{"a":1}', 'text/x']);
        const pieces: Buffer[] = [];
        for await (const piece of media) pieces.push(piece);
        expect(Buffer.concat(pieces).toString()).toBe(content);
      }),
    );
  });
});

async function* cut(body: Buffer, lengths: readonly number[]): AsyncGenerator<Buffer> {
  for (let start = 0, index = 0; start < body.length; index += 1) {
    const length = lengths[index % lengths.length] as number;
    yield body.subarray(start, start + length);
    start += length;
  }
}

describe('a glob', () => {
  test.each([
    ['*', ['a', 'a.b'], ['a/b']],
    ['**', ['a', 'a/b', ''], []],
    ['a?c', ['abc', 'a\u{1F680}c'], ['ac', 'a/c']],
    ['[a-c]x', ['ax', 'cx'], ['dx', '-x']],
    ['[!a-c]x', ['dx'], ['ax']],
    ['[^a]x', ['bx'], ['ax', '^']],
    ['{a,b/c}.csv', ['a.csv', 'b/c.csv'], ['c.csv', 'a,b/c.csv']],
    ['{a,{b,c}}', ['a', 'b', 'c'], ['d']],
    ['a.b+(c)|$', ['a.b+(c)|$'], ['axb+(c)|$']],
    ['\\*\\{a\\}', ['*{a}'], ['b{a}']],
    ['a,b}', ['a,b}'], []],
  ])('%s', (glob, matching, others) => {
    const pattern = readGlob(glob);
    expect(matching.filter((name) => !pattern.test(name))).toEqual([]);
    expect(others.filter((name) => pattern.test(name))).toEqual([]);
  });

  test.each(['{a', '[z-a]'])('%s is refused', (glob) => {
    expect(() => readGlob(glob)).toThrow(/Invalid matchGlob/u);
  });
});

describe('a field selection', () => {
  const answer = { kind: 'k', items: [{ name: 'a', size: '1', metadata: { x: '1', y: '2' } }], next: 'n' };
  test.each([
    ['kind', { kind: 'k' }],
    ['items(name,size),next', { items: [{ name: 'a', size: '1' }], next: 'n' }],
    ['items/name,items/metadata/x', { items: [{ name: 'a', metadata: { x: '1' } }] }],
    ['items(metadata(y))', { items: [{ metadata: { y: '2' } }] }],
    ['*', answer],
    ['none', {}],
  ])('%s', (fields, expected) => {
    expect(readFields(fields)(answer)).toEqual(expected);
  });

  test.each(['a(', 'a)', 'a,', 'a//b', '(a)', 'a b'])('%s is refused', (fields) => {
    expect(() => readFields(fields)).toThrow(/Invalid field selection/u);
  });
});

describe('the successor of a prefix', () => {
  const text = fc.string({ unit: 'binary' });
  const compare = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

  test('comes after every name with the prefix, and before or at every other that does', () => {
    fc.assert(
      fc.property(text, text, (prefix, other) => {
        const next = successor(prefix);
        if (next !== undefined) expect(compare(prefix + other, next)).toBe(-1);
        const isLater = compare(other, prefix) > 0 && !other.startsWith(prefix);
        if (isLater) expect(next !== undefined && compare(other, next) >= 0).toBe(true);
      }),
    );
    expect(successor('a/')).toBe('a0');
    expect(successor('a\u{10FFFF}')).toBe('b');
    expect(successor('\uD7FF')).toBe('\uE000');
    expect(successor('')).toBeUndefined();
  });
});
