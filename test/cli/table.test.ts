/** Tables keep to the width of a terminal, and are whole in a pipe. */
import { expect, test } from 'vitest';
import { type Column, fitTable } from '../../src/cli/table.ts';
import { widthOf } from '../../src/cli/text-width.ts';
import { linesOn } from './screen.ts';

const COLUMNS: readonly Column[] = [
  { title: 'pass', align: 'right', yields: 1 },
  { title: 'computation' },
  { title: 'days', align: 'right' },
  { title: 'module', yields: 2 },
  { title: 'why', wraps: true },
];

const ROWS = [
  [
    '1',
    'airport-day',
    '31',
    'src/computations/flights/airport-day.ts',
    'changed: code, layer and a dataset that it reads',
  ],
  ['12', 'regime', '4', 'src/computations/market/regime.ts', 'never ran'],
];

const shown = (width: number | undefined, rows: readonly (readonly string[])[] = ROWS) =>
  linesOn(width, (output) => output.table(COLUMNS, rows));

test('where there is room all columns are there, and one wraps by word', () => {
  expect(shown(100)).toEqual([
    'pass  computation  days  module                                   why',
    '   1  airport-day    31  src/computations/flights/airport-day.ts  changed: code, layer and a dataset',
    '                                                                  that it reads',
    '  12  regime          4  src/computations/market/regime.ts        never ran',
  ]);
  expect(shown(120)).toHaveLength(3);
});

test('at 60 columns what matters least gives way, and is named', () => {
  expect(shown(60)).toEqual([
    'pass  computation  days  why',
    '   1  airport-day    31  changed: code, layer and a dataset',
    '                         that it reads',
    '  12  regime          4  never ran',
    '(no room for module; --json has all)',
  ]);
});

test('words that stand in one column stay whole before others get their room, and else break at a joint', () => {
  const columns: readonly Column[] = [
    { title: 'computation' },
    { title: 'when', wraps: true },
    { title: 'why', wraps: true },
  ];
  const row = ['hub-concentration', '2001-01-01 … 2001-01-31', 'if dependency:airport-day changes'];
  expect(linesOn(58, (output) => output.table(columns, [row]))).toEqual([
    'computation        when             why',
    'hub-concentration  2001-01-01 …     if',
    '                   2001-01-31       dependency:airport-day',
    '                                    changes',
  ]);
  expect(linesOn(48, (output) => output.table(columns, [row]))).toEqual([
    'computation        when          why',
    'hub-concentration  2001-01-01 …  if',
    '                   2001-01-31    dependency:',
    '                                 airport-day',
    '                                 changes',
  ]);
});

test('a pipe has every column whole', () => {
  expect(shown(undefined)).toEqual([
    'pass  computation  days  module                                   why',
    '   1  airport-day    31  src/computations/flights/airport-day.ts  changed: code, layer and a dataset that it reads',
    '  12  regime          4  src/computations/market/regime.ts        never ran',
  ]);
});

test.each([40, 60, 80, 120])('no line is wider than %i columns, whatever is in the cells', (width) => {
  const rows = [
    ['1', 'a-name-'.repeat(12), '31', 'x'.repeat(90), 'w'.repeat(200)],
    ['2', '東京'.repeat(20), '1', '', 'a word and '.repeat(20)],
    ['3', 'two\nlines', '123456789', 'tab\there', ''],
  ];
  const { titles, lines } = fitTable(COLUMNS, rows, width);
  for (const line of [titles, ...lines.flat()]) expect(widthOf(line)).toBeLessThanOrEqual(width);
});

test('numbers are never cut, and a cell is one line', () => {
  const columns: readonly Column[] = [{ title: 'name' }, { title: 'count', align: 'right' }];
  const lines = linesOn(40, (output) => output.table(columns, [['a\n  b '.repeat(30), '1234567890123']]));
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^a b a b .*… {2}1234567890123$/);
});
