/** RFC 4180, and what files in the wild add to it. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseCsv } from '../../../src/mill/sources/parse-csv.ts';

async function recordsOf(...chunks: string[]): Promise<string[][]> {
  const records: string[][] = [];
  for await (const batch of parseCsv(streamOf(chunks), 'prices.csv'))
    records.push(...batch.map(({ fields }) => fields));
  return records;
}

async function* streamOf(chunks: readonly string[]): AsyncGenerator<string> {
  yield* chunks;
}

describe('a CSV', () => {
  test.each([
    [
      'records end in LF',
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'records end in CRLF',
      'a,b\r\n1,2\r\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'the last record needs no line end',
      'a,b\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'fields may be empty, the last one too',
      'a,b,c\n,,\n',
      [
        ['a', 'b', 'c'],
        ['', '', ''],
      ],
    ],
    ['spaces belong to the field', ' a , b \n', [[' a ', ' b ']]],
    ['quoted fields hold commas and line ends', '"a,b","c\r\nd"\n', [['a,b', 'c\r\nd']]],
    ['a doubled quote is a quote', '"say ""no""",""""\n', [['say "no"', '"']]],
    ['a quote inside an unquoted field is text', '5" pipe,2\n', [['5" pipe', '2']]],
    ['a quoted field may be empty, even alone', '"",1\n""\n', [['', '1'], ['']]],
    ['empty lines are skipped', '\na\n\n\nb\n\n', [['a'], ['b']]],
    [
      'records end in CR',
      'a,b\r1,2\r\r"3\r",4',
      [
        ['a', 'b'],
        ['1', '2'],
        ['3\r', '4'],
      ],
    ],
    ['line ends differ', 'a\rb\nc\r\nd\r\r\ne', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['text of any script stays whole', 'é,日本,🛩\n', [['é', '日本', '🛩']]],
    ['no text has no records', '', []],
  ])('where %s', async (_, text, expected) => {
    expect(await recordsOf(text)).toEqual(expected);
  });

  test.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('says on which line each record starts, where lines end in %s', async (_, end) => {
    const text = ['a,b', '1,"x', 'y"', '', '2,z'].join(end);
    for (const size of [1, 3, 100]) {
      const lines: number[] = [];
      const chunks = Array.from({ length: Math.ceil(text.length / size) }, (__, index) =>
        text.slice(index * size, (index + 1) * size),
      );
      for await (const batch of parseCsv(streamOf(chunks), 'a.csv')) lines.push(...batch.map(({ line }) => line));
      expect(lines).toEqual([1, 2, 5]);
    }
  });

  test('comes back whole whatever it held and wherever its chunks end', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') });
    const records = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(records, fc.integer({ min: 1, max: 7 }), async (expected, size) => {
        const text = expected.map((record) => `${record.map(quoted).join(',')}\r\n`).join('');
        const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
          text.slice(index * size, (index + 1) * size),
        );
        expect(await recordsOf(...chunks)).toEqual(expected);
      }),
    );
  });

  test.each([
    ['a quote that is never closed', 'a\n"b""\nc\n', /the quote that opens on line 2 is never closed/u],
    ['text after a closing quote', 'a\n"b"c\n', /line 2: "c" follows a closing quote/u],
  ])('is refused for %s', async (_, text, message) => {
    await expect(recordsOf(text)).rejects.toMatchObject({
      code: 'BAD_SOURCE',
      message: expect.stringMatching(message),
    });
  });
});

const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
