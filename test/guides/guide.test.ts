/** How a guide is read, and what is the same to it: what no guide may get past. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asShown } from '../support/guide/compare-shown.ts';
import { follow, type Reader } from '../support/guide/follow-guide.ts';
import { edited, stepsOf } from '../support/guide/parse-guide.ts';

const block = (language: string, ...lines: readonly string[]): string => ['```' + language, ...lines, '```'].join('\n');

describe('a block is', () => {
  test('a session, each command with what is under it', () => {
    const text = block(
      '',
      '$ npm start   # now',
      'Done.',
      '',
      '$ daymill serve &',
      'listening',
      '$ curl -d a \\',
      '  b',
    );
    expect(stepsOf(`# One\n\n${text}`)).toEqual([
      { line: 4, heading: 'One', kind: 'command', text: 'npm start   # now', shows: 'Done.', isKept: false },
      { line: 7, heading: 'One', kind: 'command', text: 'daymill serve', shows: 'listening', isKept: true },
      { line: 9, heading: 'One', kind: 'command', text: 'curl -d a \\\n  b', shows: '', isKept: false },
    ]);
  });

  test('a script, whose every line is typed', () => {
    const steps = stepsOf(block('sh', 'a \\', '  b', 'c'));
    expect(steps.map(({ text }) => text)).toEqual(['a \\\n  b', 'c']);
  });

  test('a file, by the comment at its top or by the text before it', () => {
    expect(stepsOf(block('ts', '// src/a.ts: what it is', 'a'))).toMatchObject([{ kind: 'file', path: 'src/a.ts' }]);
    expect(stepsOf(`In \`b.json\`, of \`x\`:\n\n${block('json', '{}')}`)).toMatchObject([
      { kind: 'file', path: 'b.json', text: '{}\n' },
    ]);
  });

  test('a fragment, when nothing says where it belongs', () => {
    expect(stepsOf(`In \`b.ts\` is more.\n\n${block('ts', 'a')}`)).toMatchObject([{ kind: 'fragment', text: 'a' }]);
  });

  test('an edit of one file or of several', () => {
    expect(stepsOf(block('diff', '--- a.ts', '-a', '+b', '--- b.ts', '-c'))).toMatchObject([
      {
        kind: 'edit',
        files: [
          { path: 'a.ts', text: '-a\n+b\n' },
          { path: 'b.ts', text: '-c' },
        ],
      },
    ]);
  });

  test('output, when nothing is typed', () => {
    expect(stepsOf(block('', 'failed: a'))).toMatchObject([{ kind: 'output', text: 'failed: a' }]);
  });

  test.each([
    ['has no end', '```\n$ a'],
    ['is printed by nothing', block('', 'a', '$ b')],
    ['begins with ---', block('diff', '-a', '+b')],
    ['a fence begins its line', `  ${block('', 'a')}`],
  ])('refused: %s', (problem, text) => {
    expect(() => stepsOf(text)).toThrow(problem);
  });
});

describe('an edit', () => {
  const FILE = 'a\n  b\nc\nd\n';

  test('takes lines away and puts others there, in stretches', () => {
    expect(edited(FILE, '-  b\n+  B\n c\n@@\n+D\n-d')).toBe('a\n  B\nc\nD\n');
    expect(edited(FILE, '-a\n-  b')).toBe('c\nd\n');
  });

  test('is refused when its lines are not there once', () => {
    expect(() => edited(FILE, '-b\n+c')).toThrow('not there');
    expect(() => edited('a\na\n', '-a\n+b')).toThrow('there more than once');
  });
});

describe('what is shown is what is printed', () => {
  test('but for times, prices, memory, instants, ports and the width', () => {
    const shown =
      'Done. 2001-01-31: 3 cells ran; 2.7 s, $0.00012 (3 reads, 1 write), 386 MiB, 2026-01-01 10:00:00, localhost:80';
    const printed =
      '\n> shop@1.0.0 start\n> daymill run\n\nDone. 2001-01-31: 3 cells ran; 1 min 7 s,\n  $0.0034 (12 reads, 20\n  writes), 4 MiB, 2027-12-31 11:11:11,\n  localhost:1234\npass 1  2 of 7\n';
    expect(asShown(shown, printed)).toBeDefined();
  });

  test.each([
    ['a count', '3 cells ran', '4 cells ran'],
    ['a day', '2001-01-31', '2001-01-30'],
    ['a result', '9 orders, $30.90', '9 orders, $30.91'],
    ['a name', 'rsi-14', 'rsi-15'],
    ['an end', 'first', 'first\nsecond'],
    ['days between', '2001-01-01 … 2001-01-31', '2001-01-01 … 2001-01-15, 2001-01-20 … 2001-01-31'],
    ['what is left out', '… and 3 more', '… and 30 more'],
  ])('and not with another %s', (_, shown, printed) => {
    expect(asShown(shown, printed)).toBeUndefined();
    expect(asShown(shown, shown)).toBeDefined();
  });

  test('where it says so by an ellipsis, with more', () => {
    expect(asShown('a\n…\nd', 'a\nb\nc\nd')).toBeDefined();
    expect(asShown('…\nd', 'd')).toBeDefined();
    expect(asShown('a\n…\nd', 'a\nb\nc\ne')).toBeUndefined();
    expect(asShown('b c', 'a\nb\nc\nd', true)).toBeDefined();
  });

  test('and ids are taken for those in their places', () => {
    const ids = asShown('run-00000000000000aa is open, …', 'run-123456789abcdef0 is open, still');
    expect(ids).toEqual(new Map([['00000000000000aa', '123456789abcdef0']]));
    const key = (letter: string): string => `dm_YWNtZQ.${letter.repeat(16)}.${letter.repeat(43)}`;
    expect(asShown(`Key: ${key('a')}.`, `Key: ${key('b')}.`)).toEqual(new Map([[key('a'), key('b')]]));
  });
});

describe('a guide is followed', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'daymill-guide-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const problemsOf = async (text: string, reader: Partial<Reader> = {}): Promise<readonly string[]> =>
    (await follow(text, { begin: () => folder, ...reader }, folder)).problems;
  const SERVER = `process.once('SIGINT', () => { fs.writeFileSync('ended', ''); process.exit(); }); setInterval(() => {}, 999); console.log('ready')`;

  test('with its files, edits and variables, and what it keeps running until it is ended', async () => {
    const session = [
      '$ NAME=$(cat a.json) && mkdir below && cd below',
      '$ echo "$NAME"; tput cols',
      'B',
      '80',
      `$ node -e "${SERVER}" &`,
      'ready',
      '$ ls',
      '$ kill %1',
      '$ ls',
      'ended',
      '$ exit 3',
    ];
    const text = ['`a.json` is:', block('json', 'A'), block('diff', '--- a.json', '-A', '+B'), block('', ...session)];
    expect(await problemsOf(text.join('\n\n'), { exits: { 'exit 3': 3 } })).toEqual([]);
  });

  test('and what is kept is ended with it', async () => {
    expect(await problemsOf(block('', `$ node -e "${SERVER}" &`, 'ready'))).toEqual([]);
    expect(readFileSync(join(folder, 'ended'), 'utf8')).toBe('');
  });

  test('under a heading whose edits are undone, from what was there', async () => {
    const text = [
      '`a.json`:',
      block('json', '1'),
      '# Break it',
      block('diff', '--- a.json', '-1', '+2'),
      block('diff', '--- a.json', '-1', '+3'),
      block('', '$ cat a.json', '3'),
      '# Go on',
      block('', '$ cat a.json', '1'),
    ];
    expect(await problemsOf(text.join('\n\n'), { undone: ['Break it'] })).toEqual([]);
  });

  test.each<[string, string, Partial<Reader>]>([
    ['what ends otherwise', block('', '$ exit 2'), {}],
    ['what prints something else', block('', '$ echo a', 'b'), {}],
    ['output that was not printed', block('', 'a'), {}],
    ['a fragment that nobody names', block('ts', 'a'), {}],
    ['what should be kept running and ends', block('', '$ echo a &', 'b'), {}],
    ['what the reader leaves out, and the guide does not have', '', { notRun: { a: 'b' } }],
    [
      'what is shown wider than it is printed',
      block('', `$ for a in {1..30}; do echo abc; done`, 'abc '.repeat(30)),
      {},
    ],
  ])('%s is a problem', async (_, text, reader) => {
    expect(await problemsOf(text, reader)).toHaveLength(1);
  });
});
