/** What is written to a terminal, to a pipe and to a program. */
import { expect, test } from 'vitest';
import { openOutput } from '../../src/cli/output.ts';

const written = (isTTY: boolean, columns?: number) => {
  const parts: string[] = [];
  return { parts, isTTY, columns, write: (text: string) => parts.push(text) };
};
const BAR = '█'.repeat(15) + '░'.repeat(15);

test('a terminal sees a bar drawn over itself, lines above it, and one line once the phase is over', () => {
  const [stdout, stderr] = [written(true), written(true)];
  let nowMs = 0;
  const output = openOutput(stdout, stderr, false, () => nowMs);
  output.progress('pass 1', 1, 2);
  nowMs = 1_500;
  output.line('a line');
  output.progressEnd('pass 1  2 cells');
  expect(stdout.parts).toEqual([
    `pass 1  ${BAR} 1/2  0.0 s`,
    '\r\u001B[K',
    'a line\n',
    `pass 1  ${BAR} 1/2  0.0 s`,
    '\r\u001B[K',
    'pass 1  2 cells in 1.5 s\n',
  ]);
});

test('a bar is never wider than the terminal, or it could not be drawn over', () => {
  const stdout = written(true, 20);
  openOutput(stdout, written(true), false, () => 0).progress('pass 1', 1, 2);
  expect(stdout.parts).toEqual([`pass 1  ${'█'.repeat(11)}`]);
});

test('a pipe gets a line when a phase ends, and one now and then while it is long', () => {
  const stdout = written(false);
  let nowMs = 0;
  const output = openOutput(stdout, written(false), false, () => nowMs);
  for (let done = 0; done <= 25; done++) {
    nowMs = done * 1_000;
    output.progress('pass 1', done, 25);
  }
  output.progressEnd('pass 1  25 cells');
  expect(stdout.parts).toEqual(['pass 1  10 of 25\n', 'pass 1  20 of 25\n', 'pass 1  25 cells in 25.0 s\n']);
});

test('a program gets its data and nothing else; trouble goes to standard error', () => {
  const [stdout, stderr] = [written(true), written(true)];
  const output = openOutput(stdout, stderr, true, () => 0);
  output.line('text');
  output.progress('pass 1', 1, 2);
  output.progressEnd('pass 1');
  output.trouble('oh');
  output.data({ a: 1 });
  expect(stdout.parts).toEqual(['{"a":1}\n']);
  expect(stderr.parts).toEqual(['oh\n']);
});
