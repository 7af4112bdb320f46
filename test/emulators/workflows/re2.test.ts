/** Random expressions against RE2 itself, which DuckDB's regular expressions are. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance, listValue } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allMatches, hasMatch } from '../../../src/emulators/workflows/stdlib/re2.ts';

/** Apart, as not everybody can build DuckDB's. RE2's `\C` (a byte) is left out: nothing here is made of bytes. */
const ATOMS =
  String.raw`a b c . é 😀 ſ K σ ς İ ı \s \S \d \D \w \W \b ^ $ \A \z \- \. \n \r \t [ab] [^ab] [a-c] []] []a] [^]a]
  [[:alpha:]] [[:^digit:]] [\d_] [\w-] [a-] {} { } {,2} {a} \pL \p{Greek} \PN \p{^Lu} [\p{Lu}a] \Q.+\E \x41 \x{1F600} \101 \0 \a \f \v
  - (?i) (?s) (?m) (?U) (?-i) (?i:aB) (?=a) (?<!a) \1 \k<n> \G \Z \h \R (?>a) a++ (?#x) [[.a.]] [a-b-c] [b-a] \_ \é / \/ ] & ~ #`.split(
    /\s+/,
  );
const REPEATS = '* + ? *? +? ?? {2} {0,2} {1,} {2,1} {1001} {1}? ** {,3}'.split(' ');
const pattern = fc.letrec<{ all: string }>((tie) => ({
  all: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: fc.constantFrom(...ATOMS, ' ', '\n', '\u00a0') },
    { weight: 2, arbitrary: fc.tuple(tie('all'), tie('all')).map((two) => two.join('')) },
    fc.tuple(tie('all'), tie('all')).map((two) => two.join('|')),
    tie('all').map((one) => `(${one})`),
    fc.tuple(tie('all'), fc.constantFrom(...REPEATS)).map(([one, repeat]) => `(?:${one})${repeat}`),
  ),
})).all;
const CHARACTERS = Array.from('aabbccABKkſséÉ😀\u00a0 \n\r\t\v1_-.{}]σςΣİıi\u2028日');
const source = fc.array(fc.constantFrom(...CHARACTERS), { maxLength: 9 }).map((list) => list.join(''));

/** Matches in angle brackets; null when the expression is refused. */
function marked(text: string, expression: string): string | null {
  try {
    let [result, done] = ['', 0];
    for (const { start, end, groups } of allMatches(text, expression)) {
      result += `${text.slice(done, start)}<${groups[0]}>`;
      done = end;
    }
    return result + text.slice(done);
  } catch {
    return null;
  }
}

describe('regular expressions', () => {
  let db: DuckDBConnection;
  beforeAll(async () => {
    db = await (await DuckDBInstance.create(':memory:')).connect();
  });
  afterAll(() => db.closeSync());

  test('find and refuse what RE2 does', async () => {
    // Samples, not a property: one question to DuckDB is dear, and each case stands for itself already.
    const cases = fc.sample(fc.tuple(pattern, source), Number(process.env['DAYMILL_REGEX_CASES'] ?? 2_000));
    const answer = await db.runAndReadAll(
      "SELECT try(regexp_replace(s, p, '<\\0>', 'g')) FROM (SELECT unnest($1) AS p, unnest($2) AS s)",
      [listValue(cases.map(([expression]) => expression)), listValue(cases.map(([, text]) => text))],
    );
    const theirs = answer.getRows().map(([row]) => row);
    const differing = cases
      .map(([expression, text], i) => ({ expression, text, ours: marked(text, expression), theirs: theirs[i] }))
      .filter((one) => one.ours !== one.theirs);
    expect(differing).toEqual([]);
    expect(theirs.filter((one) => one === null).length).toBeGreaterThan(0);
  });

  test('take time that grows with the text, whatever the expression', () => {
    const started = performance.now();
    expect(hasMatch('a'.repeat(200_000), '(a*)*b')).toBe(false);
    expect(hasMatch('x'.repeat(200_000), '(x+x+)+y')).toBe(false);
    expect([...allMatches('a'.repeat(100_000), '(a)|(b)')]).toHaveLength(100_000);
    // Measured 0.3 s; a backtracking engine would not end.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
