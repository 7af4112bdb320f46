import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine, shellWord } from '../../../src/dashboard/ui/command-line.ts';

test('options follow in their order, those without a value left out', () => {
  expect(commandLine('plan', { date: '2001-01-31', from: undefined, select: '' })).toBe(
    'npx daymill plan --date 2001-01-31',
  );
  expect(commandLine('plan', { select: 'rsi-14+ !a' })).toBe("npx daymill plan --select 'rsi-14+ !a'");
});

test.each(['rsi-14', "it's", '!x', '$(id)', 'a b', 'air*', '`id`', '\\', '"'])(
  'a shell gives %s back as it was',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);
