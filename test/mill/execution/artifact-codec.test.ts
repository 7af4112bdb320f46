/** JSON as bytes: what is short stays as it is, and both are told apart. */
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packJson, PLAIN_CHARACTERS, unpackJson } from '../../../src/mill/execution/artifact-codec.ts';

test('any JSON comes back as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      // -0 is 0 in JSON.
      expect(unpackJson(packJson(JSON.stringify(value)))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a short text is itself, a longer one is a frame of zstd, each in memory of its own', () => {
  const short = JSON.stringify('é'.repeat(PLAIN_CHARACTERS - 3));
  const long = JSON.stringify('é'.repeat(PLAIN_CHARACTERS - 2));
  expect(Buffer.from(packJson(short)).toString('utf8')).toBe(short);
  expect(zstdDecompressSync(packJson(long)).toString('utf8')).toBe(long);
  for (const data of [packJson(short), packJson(long)]) expect(data.buffer.byteLength).toBe(data.byteLength);
});

test('what is neither is refused', () => {
  expect(() => unpackJson(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0))).toThrow(/end of file/u);
  expect(() => unpackJson(Uint8Array.of(1, 2, 3))).toThrow(SyntaxError);
  expect(() => unpackJson(Uint8Array.of())).toThrow(SyntaxError);
});
