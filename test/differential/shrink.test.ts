import { expect, test } from 'vitest';
import { shrink, toldTrial } from './shrink.ts';
import type { Trial } from './trial.ts';

const LINES = Array.from({ length: 20 }, (_, index) => `line ${index}`);

const trialOfFiles = (before: Record<string, string>, after: Record<string, string>): Trial => ({
  before: { files: before, module: 'main.ts', computation: 'main' },
  after: { files: after, module: 'main.ts', computation: 'main' },
  edit: 'an edit',
  harmless: false,
  inGuide: false,
  forms: [],
  opaque: false,
});

const lines = (...changed: readonly [number, string][]): string =>
  LINES.map((line, index) => changed.find(([at]) => at === index)?.[1] ?? line).join('\n');

test('what a failure does not need is dropped from both versions', async () => {
  const trial = trialOfFiles(
    { 'main.ts': lines([7, 'two']), 'lib/a.ts': lines(), 'lib/b.ts': 'only here' },
    { 'main.ts': lines([7, 'three'], [12, 'noise']), 'lib/a.ts': lines() },
  );
  const smallest = await shrink(trial, ({ before, after }) =>
    Promise.resolve(
      /two[^]*line 15/.test(before.files['main.ts'] ?? '') &&
        /three/.test(after.files['main.ts'] ?? '') &&
        (after.files['lib/a.ts'] ?? '').includes('line 3'),
    ),
  );
  expect(smallest.before.files).toEqual({ 'main.ts': 'two\nline 15', 'lib/a.ts': 'line 3' });
  expect(smallest.after.files).toEqual({ 'main.ts': 'three\nline 15', 'lib/a.ts': 'line 3' });
});

test('a trial is told as one text, with the lines that differ marked', () => {
  const trial = trialOfFiles({ 'main.ts': 'a\nb\nc' }, { 'main.ts': 'a\nB\nc', 'new.ts': 'x' });
  expect(toldTrial(trial)).toBe('edit: an edit\nmain.ts\n  a\n- b\n+ B\n  c\nnew.ts\n+ x');
});
