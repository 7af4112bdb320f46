/** What is written to a terminal, to a pipe and to a program. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { openOutput } from '../../src/cli/output.ts';
import { paint } from '../../src/cli/paint.ts';
import { linesOn, screen } from './screen.ts';

const BAR = '━'.repeat(15) + '─'.repeat(15);

test('a terminal sees a bar drawn over itself, lines above it, and one line once the phase is over', () => {
  const [stdout, stderr] = [screen(true), screen(true)];
  let nowMs = 0;
  const output = openOutput(stdout, stderr, false, { now: () => nowMs, env: { NO_COLOR: '1' } });
  const underWay = () => [{ name: 'sales@2024-01-02', elapsedMs: 400, usualMs: 1_000 }];
  output.progress({ label: 'pass 1', done: 1, total: 2, underWay });
  nowMs = 1_500;
  output.line('a line');
  output.progressEnd('pass 1  2 cells');
  expect(stdout.parts).toEqual([
    `pass 1  ${BAR}  1/2  0.00 s\n  sales@2024-01-02  0.40 s, about 0.60 s left`,
    '\r\u001B[1A\u001B[J',
    'a line\n',
    `pass 1  ${BAR}  1/2  1.5 s, about 1.5 s left\n  sales@2024-01-02  0.40 s, about 0.60 s left`,
    '\r\u001B[1A\u001B[J',
    'pass 1  2 cells in 1.5 s\n',
  ]);
});

test('a bar and what is under way are never wider than the terminal, or they could not be drawn over', () => {
  for (const columns of [20, 40, 60, 80, 120]) {
    const stdout = screen(true, columns);
    const output = openOutput(stdout, screen(true), false, { now: () => 0 });
    const underWay = () => [
      { name: 'a-computation-with-a-rather-long-name@2024-01-02', elapsedMs: 4_000, usualMs: 1_000 },
    ];
    output.progress({ label: 'loading flights-of-the-year', done: 64, total: 120, underWay });
    for (const line of stripVTControlCharacters(stdout.parts.join('')).split('\n'))
      expect(line.length).toBeLessThan(columns);
    output.progressEnd();
  }
});

test('a pipe gets a line when a phase ends, and one now and then while it is long', () => {
  const stdout = screen(false);
  let nowMs = 0;
  const output = openOutput(stdout, screen(false), false, { now: () => nowMs });
  for (let done = 0; done <= 25; done++) {
    nowMs = done * 1_000;
    output.progress({ label: 'pass 1', done, total: 25 });
  }
  output.progressEnd('pass 1  25 cells');
  expect(stdout.parts).toEqual(['pass 1  10 of 25\n', 'pass 1  20 of 25\n', 'pass 1  25 cells in 25 s\n']);
});

test('a program gets its data and nothing else; trouble goes to standard error', () => {
  const [stdout, stderr] = [screen(true), screen(true)];
  const output = openOutput(stdout, stderr, true, { now: () => 0 });
  output.line('text');
  output.verbatim('text');
  output.table([{ title: 'a' }], [['b']]);
  output.progress({ label: 'pass 1', done: 1, total: 2 });
  output.progressEnd('pass 1');
  output.trouble('oh');
  output.data({ a: 1 });
  expect(stdout.parts).toEqual(['{"a":1}\n']);
  expect(stderr.parts).toEqual(['oh\n']);
});

const RED = '\u001B[31m';
const END = '\u001B[39m';

test.each([
  { seen: 'a terminal that knows colours', isTTY: true, env: { TERM: 'xterm-256color' }, colors: true },
  { seen: 'a terminal with NO_COLOR', isTTY: true, env: { TERM: 'xterm-256color', NO_COLOR: '1' }, colors: false },
  {
    seen: 'a terminal with an empty NO_COLOR',
    isTTY: true,
    env: { TERM: 'xterm-256color', NO_COLOR: '' },
    colors: true,
  },
  { seen: 'a dumb terminal', isTTY: true, env: { TERM: 'dumb' }, colors: false },
  { seen: 'a pipe', isTTY: false, env: { TERM: 'xterm-256color' }, colors: false },
  { seen: 'a pipe with FORCE_COLOR', isTTY: false, env: { FORCE_COLOR: '1' }, colors: true },
  {
    seen: 'a terminal with FORCE_COLOR=0',
    isTTY: true,
    env: { TERM: 'xterm-256color', FORCE_COLOR: '0' },
    colors: false,
  },
])('$seen: colours are $colors', ({ isTTY, env, colors }) => {
  const stdout = screen(isTTY, 80);
  openOutput(stdout, screen(isTTY, 80), false, { env }).line(`${RED}red${END} ${paint.strong('bold')}`);
  expect(stdout.parts.join('')).toBe(colors ? `${RED}red${END} \u001B[1mbold\u001B[22m\n` : 'red bold\n');
});

test('texts of authors and data reach a screen without what would clear it, and their colours end with them', () => {
  const hostile = `a${RED}b\u001B[2J\u001B[H\u0007\u001B]0;title\u0007\u001B]8;;http://x\u001B\\c\rd`;
  const inColor = screen(true, 80);
  openOutput(inColor, inColor, false, { env: { TERM: 'xterm' } }).line(hostile);
  expect(inColor.parts).toEqual([`a${RED}bcd\u001B[0m\n`]);
  const piped = screen(false);
  openOutput(piped, piped, false, {}).trouble(hostile);
  expect(piped.parts).toEqual(['abcd\n']);
});

test('a line goes on under where its text begins, by word; a pipe has it whole', () => {
  const text = 'Tasks     12 COMPLETED, 3 FAILED; 11 standard, 4 high-mem; 15 cells of three computations';
  expect(linesOn(50, (output) => output.line(text))).toEqual([
    'Tasks     12 COMPLETED, 3 FAILED; 11 standard, 4',
    '          high-mem; 15 cells of three computations',
  ]);
  expect(linesOn(undefined, (output) => output.line(text))).toEqual([text]);
  expect(linesOn(50, (output) => output.verbatim(text))).toEqual([text]);
});

test('a colour goes on in the lines that its text goes on in', () => {
  const stdout = screen(true, 40);
  const text = paint.quiet('one two three four five six seven eight nine ten eleven');
  openOutput(stdout, stdout, false, { env: { TERM: 'xterm' } }).line(text);
  expect(stdout.parts).toEqual([
    '\u001B[2mone two three four five six seven eight\u001B[0m\n',
    '  \u001B[2mnine ten eleven\u001B[22m\n',
  ]);
});

test('a number and its unit stay together', () => {
  expect(linesOn(40, (output) => output.line('2026-05-14: 12 cells ran, 2 failed; 3 min 16 s, $0.00088'))).toEqual([
    '2026-05-14: 12 cells ran, 2 failed;',
    '  3 min 16 s, $0.00088',
  ]);
});
