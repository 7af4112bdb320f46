/** The frame that an author should look at, whatever lies on top of it. */
import { describe, expect, test } from 'vitest';
import { whereIn } from '../../src/mill/execution/authored.ts';
import { authorFrame, placeOfFrame } from '../../src/process/author-frame.ts';

const OURS = new URL('../../src/mill/execution/validators.ts', import.meta.url).href;
const BUNDLED = new URL('../../src/computations/market/rsi.ts', import.meta.url).href;
const stackOf = (...frames: string[]): string => ['Error: x', ...frames.map((frame) => `    at ${frame}`)].join('\n');

describe('the author’s frame', () => {
  test.each([
    ['under what the language has built in', ['JSON.parse (<anonymous>)', 'compute (file:///p/a.ts:9:11)'], 9],
    ['under Node', ['new URL (node:internal/url:797:36)', 'compute (file:///p/a.ts:9:11)'], 9],
    [
      'under a package',
      [...Array<string>(30).fill('f (file:///p/node_modules/x/i.js:1:2)'), 'compute (file:///p/a.ts:9:11)'],
      9,
    ],
    ['under Daymill itself', [`checkValue (${OURS}:1:2)`, 'compute (file:///p/a.ts:9:11)'], 9],
    ['of a bundled computation', [`checkValue (${OURS}:1:2)`, `compute (${BUNDLED}:9:11)`], 9],
    ['of a CommonJS module, whose path has blanks', ['Object.compute (/p/my days/a.cjs:9:11)'], 9],
    ['without a name, and awaited', ['async file:///p/a.ts:9:11'], 9],
    [
      'of a helper is that, not of who called it',
      ['half (file:///p/lib/b.ts:3:1)', 'compute (file:///p/a.ts:9:11)'],
      3,
    ],
  ])('%s', (_, frames, line) => {
    expect(placeOfFrame(authorFrame(stackOf(...frames)) ?? '')).toMatch(new RegExp(`:${line}:\\d+$`));
  });

  test('is none where there is nothing of an author’s', () => {
    expect(authorFrame(stackOf('JSON.parse (<anonymous>)', 'f (node:fs:1:2)'))).toBeUndefined();
    expect(authorFrame(undefined)).toBeUndefined();
  });

  test('is told by its place, a package’s where there is no other, and never what lies in no file', () => {
    const where = (...frames: string[]): string =>
      whereIn(Object.assign(new Error('x'), { stack: stackOf(...frames) }));
    expect(where('Array.reduce (<anonymous>)', 'compute (file:///p/a.ts:9:11)')).toBe(
      ' (at compute (file:///p/a.ts:9:11))',
    );
    expect(where('JSON.parse (<anonymous>)', 'f (file:///p/node_modules/x/i.js:1:2)')).toBe(
      ' (at f (file:///p/node_modules/x/i.js:1:2))',
    );
    expect(where('JSON.parse (<anonymous>)')).toBe('');
  });
});
