/** The words that a shell offers, by the script that it is given. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { completion } from '../../src/cli/commands/completion.ts';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { openOutput } from '../../src/cli/output.ts';
import { screen } from './screen.ts';

async function scriptOf(shell: string): Promise<string> {
  const stream = screen(false);
  const context = { output: openOutput(stream, stream, false) } as unknown as Context;
  await completion.run({ positionals: [shell], values: {} }, context);
  return stream.parts.join('');
}

test('bash offers commands, the words under them and their options', async () => {
  const script = await scriptOf('bash');
  const offered = (...words: readonly string[]): string => {
    const line = words.map((word) => `'${word}'`).join(' ');
    const ask = `COMP_WORDS=(daymill ${line}); COMP_CWORD=${words.length}; _daymill; echo "\${COMPREPLY[*]}"`;
    return spawnSync('bash', ['--norc', '-c', `${script}\n${ask}`], { encoding: 'utf8' }).stdout.trim();
  };
  expect(offered('pla')).toBe('plan');
  expect(offered('')).toBe([...Object.keys(COMMANDS), 'help'].join(' '));
  expect(offered('run', 'sh')).toBe('show');
  expect(offered('run', '--sel')).toBe('--select');
  expect(offered('run', 'show', '--li')).toBe('--limit');
  expect(offered('completion', 'z')).toBe('zsh');
});

test.each(['zsh', 'fish'])('%s is given every command with what it does', async (shell) => {
  const script = await scriptOf(shell);
  for (const name of Object.keys(COMMANDS)) expect(script).toMatch(new RegExp(`(?:'|-a )${name}\\b`));
});

test('another shell is refused', async () => {
  await expect(scriptOf('csh')).rejects.toThrow('There is no completion for "csh", only for bash, zsh, fish.');
});
