import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tar } from '../../../src/deploy/stage/tar.ts';

const Path = fc
  .array(fc.stringMatching(/^[a-z][a-zé0-9 .-]{0,60}$/), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.map((part) => `${part}x`).join('/'))
  .filter((path) => Buffer.byteLength(path) <= 100 || Buffer.byteLength(path.slice(path.lastIndexOf('/') + 1)) <= 100);

test('what tar unpacks is what was packed, whatever its names and sizes', () => {
  fc.assert(
    fc.property(Path, fc.uint8Array({ maxLength: 2_000 }), fc.uint8Array({ maxLength: 600 }), (path, one, other) => {
      const files = new Map([
        [`a/${path}`, one],
        ['b.json', other],
      ]);
      // Of its own: what is a file in one archive may be a folder in another.
      const folder = mkdtempSync(join(tmpdir(), 'daymill-tar-'));
      const archive = join(folder, 'archive.tar');
      writeFileSync(archive, tar(files));
      execFileSync('tar', ['-C', folder, '-xf', archive]);
      for (const [name, content] of files) expect(readFileSync(join(folder, name)).equals(content)).toBe(true);
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 40 },
  );
});

test('bytes do not depend on the order in which files came', () => {
  const [a, b] = [Buffer.from('1'), Buffer.from('2')];
  expect(
    tar(
      new Map([
        ['a', a],
        ['b', b],
      ]),
    ).equals(
      tar(
        new Map([
          ['b', b],
          ['a', a],
        ]),
      ),
    ),
  ).toBe(true);
});

test('a path that the format has no room for is named', () => {
  expect(() => tar(new Map([['x'.repeat(101), Buffer.alloc(1)]]))).toThrow('is too long for what is uploaded');
});
