/** The circuit breaker, exactly at its thresholds. */
import { describe, expect, test } from 'vitest';
import { TerminalError } from '../../../src/errors.ts';
import { type EntityBreaker, openEntityBreaker } from '../../../src/mill/execution/entity-breaker.ts';
import {
  BREAKER_AFTER_ENTITIES,
  KEPT_ERRORS,
  KEPT_KINDS,
  PLACED_FAILURES,
  REPEATED_ERRORS,
} from '../../../src/mill/execution/limits.ts';

const broken = new Error('no such airport');
const other = new Error('no such runway');

function tried({ failed, passed }: { failed: number; passed: number }, failuresFirst = true) {
  const breaker = openEntityBreaker();
  const fail = (): void => {
    for (let index = 0; index < failed; index++) breaker.failed(`e${index}`, index % 2 === 0 ? broken : other);
  };
  const pass = (): void => {
    for (let index = 0; index < passed; index++) breaker.passed();
  };
  for (const step of failuresFirst ? [fail, pass] : [pass, fail]) step();
  return breaker;
}

describe('the breaker', () => {
  test('stays closed before a hundred were tried, however many fail', () => {
    expect(tried({ failed: BREAKER_AFTER_ENTITIES - 1, passed: 0 })).toMatchObject({ tried: 99, failures: 99 });
  });

  test.each([true, false])('stays closed at exactly a tenth of a hundred (failures first: %s)', (failuresFirst) => {
    expect(tried({ failed: 10, passed: 90 }, failuresFirst)).toMatchObject({ tried: 100, failures: 10 });
  });

  test.each([true, false])('opens at eleven of a hundred (failures first: %s)', (failuresFirst) => {
    expect(() => tried({ failed: 11, passed: 89 }, failuresFirst)).toThrow(
      '11 of 100 entities failed, above 10 %; the first, e0: no such airport',
    );
  });

  test('opens when the hundredth is the first good one', () => {
    expect(() => tried({ failed: 99, passed: 1 })).toThrow('99 of 100 entities failed');
  });

  test.each([200, 1_000, 3_330])('opens with the first failure above a tenth of %i', (all) => {
    const tenth = all / 10;
    expect(tried({ failed: tenth, passed: all - tenth }, false).failures).toBe(tenth);
    expect(() => tried({ failed: tenth + 1, passed: all - tenth - 1 }, false)).toThrow(TerminalError);
  });

  test('opens with a code that never retries', () => {
    expect(() => tried({ failed: 100, passed: 0 })).toThrow(
      expect.objectContaining({ code: 'QUALITY_CIRCUIT_BREAKER', name: 'TerminalError' }),
    );
  });

  test('opens at the end when every entity failed, however few', () => {
    expect(() => tried({ failed: 3, passed: 0 }).end()).toThrow('3 of 3 entities failed');
    expect(() => tried({ failed: 3, passed: 1 }).end()).not.toThrow();
    expect(() => tried({ failed: 0, passed: 0 }).end()).not.toThrow();
  });

  test('opens at the fiftieth in a row with the same error, its numbers and ids apart', () => {
    const breaker = openEntityBreaker();
    const fail = (index: number): void =>
      breaker.failed(`e${index}`, new Error(`no "gate ${index}" at a${index}f-${index}`));
    for (let index = 0; index < 900; index++) breaker.passed();
    for (let index = 1; index < REPEATED_ERRORS; index++) fail(index);
    expect(() => fail(REPEATED_ERRORS)).toThrow(
      '50 entities in a row failed with the same error, 50 of 950 in all; the last, e50: no "gate 50" at a50f-50',
    );
  });

  test.each([
    ['a good one', (breaker: EntityBreaker) => breaker.passed()],
    ['another error', (breaker: EntityBreaker) => breaker.failed('x', other)],
  ])('begins to count anew after %s in between', (_, between) => {
    const breaker = openEntityBreaker();
    for (let index = 0; index < 900; index++) breaker.passed();
    for (let index = 1; index < REPEATED_ERRORS; index++) breaker.failed('e', broken);
    between(breaker);
    expect(() => breaker.failed('e', broken)).not.toThrow();
  });

  test('looks at the hundredth when it comes, however many come with it', () => {
    const breaker = openEntityBreaker();
    for (let index = 0; index < 11; index++) breaker.failed('e', index % 2 === 0 ? broken : other);
    expect(() => breaker.passed(500)).toThrow('11 of 100 entities failed');
    expect(breaker.tried).toBe(BREAKER_AFTER_ENTITIES);
  });

  test('keeps the first twenty errors, and counts them all', () => {
    const breaker = tried({ failed: 60, passed: 0 });
    expect(breaker.errors).toHaveLength(KEPT_ERRORS);
    expect(breaker.errors[0]).toEqual({
      id: 'e0',
      // With the place in the author's code.
      message: expect.stringMatching(/^no such airport \(at .*entity-breaker\.test\.ts:\d+:\d+\)$/) as string,
    });
    expect(breaker.errors.at(-1)?.id).toBe('e19');
    expect(breaker.failures).toBe(60);
  });

  test('takes whatever is thrown', () => {
    const breaker = openEntityBreaker();
    breaker.failed('a', 'just text');
    breaker.failed('b', { code: 7 });
    expect(breaker.errors.map(({ message }) => message)).toEqual([
      'just text',
      'a value that is no Error was thrown: {"code":7}',
    ]);
  });
});

describe('distinct errors', () => {
  const failing = (many: readonly Error[], passes = 20): EntityBreaker => {
    const breaker = openEntityBreaker();
    for (const [index, error] of many.entries()) {
      breaker.passed(passes);
      breaker.failed(`e${index}`, error);
    }
    return breaker;
  };
  const at = (message: string, line: number): Error =>
    Object.assign(new Error(message), { stack: `Error: x\n    at f (file:///p/a.ts:${line}:1)` });

  test('are each kept once, with the first that failed so: by words but for their particulars, and by place', () => {
    const breaker = failing([at('no page 1', 3), at('no page 2', 3), at('no page 3', 9), at('no word', 3)]);
    expect(breaker.kinds).toEqual([
      { id: 'e0', message: 'no page 1 (at f (file:///p/a.ts:3:1))', count: 2 },
      { id: 'e2', message: 'no page 3 (at f (file:///p/a.ts:9:1))', count: 1 },
      { id: 'e3', message: 'no word (at f (file:///p/a.ts:3:1))', count: 1 },
    ]);
  });

  test('are a few, however many there are, and all others of theirs are counted', () => {
    const words = Array.from({ length: KEPT_KINDS + 5 }, (_, index) => at(`no ${'x'.repeat(index + 1)}`, 3));
    expect(failing(words).kinds).toHaveLength(KEPT_KINDS);
    const same = Array.from({ length: PLACED_FAILURES + 500 }, (_, index) => at(`no page ${index}`, 3));
    expect(failing(same).kinds).toMatchObject([{ id: 'e0', count: PLACED_FAILURES + 500 }]);
  });
});
