/** Days, names, hashes, vectors, windows and messages: the small nouns, by values. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDays, daysAfter, daysFrom, dayOf, fromOrdinal, isDay, toOrdinal } from '../../../src/values/date.ts';
import { Hash, hashOf, hashOfParts, NO_INPUT } from '../../../src/values/hash.ts';
import { computationIn, inputIdOf, isChained } from '../../../src/mill/model/manifest.ts';
import {
  ACTION,
  MAX_CARRIED_CHARACTERS,
  messageCarrying,
  messageFor,
  TaskMessage,
} from '../../../src/mill/model/message.ts';
import { newRun, type Run, runCallback, runState } from '../../../src/mill/model/run.ts';
import { normalizeName } from '../../../src/values/name.ts';
import { changedParts, fingerprintHash, type Vector, vectorHash } from '../../../src/mill/model/vector.ts';
import { decodeWindow, encodeWindow, windowHash } from '../../../src/mill/model/window.ts';
import { aTask, fingerprintAt, graph } from '../../support/graph.ts';
import { h } from '../../support/planning-world.ts';
import { ordinal } from '../../support/ordinals.ts';

describe('a day', () => {
  test.each(['2024-02-29', '2000-02-29', '1999-12-31', '0001-01-01'])('%s is one', (text) => {
    expect(isDay(text)).toBe(true);
  });
  test.each(['2023-02-29', '1900-02-29', '2024-13-01', '2024-1-1', '2024-01-01T00:00', '', 'yesterday', '24-01-01'])(
    '"%s" is none',
    (text) => {
      expect(isDay(text)).toBe(false);
    },
  );
  test('is followed by the next one over months, leap days and years', () => {
    expect(daysFrom('2024-02-28', '2024-03-01')).toEqual(['2024-02-28', '2024-02-29', '2024-03-01']);
    expect(addDays('2023-12-31', 1)).toBe('2024-01-01');
    expect(addDays('2024-03-01', -1)).toBe('2024-02-29');
  });
  test('range of one day has one, a range that ends before it begins has none', () => {
    expect(daysFrom('2024-01-01', '2024-01-01')).toEqual(['2024-01-01']);
    expect(daysFrom('2024-01-02', '2024-01-01')).toEqual([]);
  });
  test('is the UTC one of an instant', () => {
    expect(dayOf(Date.UTC(2024, 0, 1, 23, 59, 59, 999))).toBe('2024-01-01');
  });
  test('and its ordinal are one to one, and ordinals go up by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: -700_000, max: 2_900_000 }).map(ordinal), (day) => {
        expect(toOrdinal(fromOrdinal(day))).toBe(day);
        expect(addDays(fromOrdinal(day), 1)).toBe(fromOrdinal(daysAfter(day, 1)));
        expect(fromOrdinal(day) < fromOrdinal(daysAfter(day, 1))).toBe(true);
      }),
    );
  });
});

describe('a name', () => {
  test.each([
    ['airportDay', 'airport-day'],
    ['Airport Day', 'airport-day'],
    ['airport_day', 'airport-day'],
    ['airport.day', 'airport-day'],
    ['rsi-14', 'rsi-14'],
    ['sp500Close', 'sp500-close'],
    ['  rsi ', 'rsi'],
    ['RSI', 'rsi'],
  ])('"%s" is %s', (text, name) => {
    expect(normalizeName(text)).toBe(name);
  });
  test.each(['', '14-rsi', '-rsi', 'rsi-', 'a--b', 'ä', 'a/b', '__proto__', 'a'.repeat(81)])(
    '"%s" names nothing',
    (text) => {
      expect(normalizeName(text)).toBeUndefined();
    },
  );
  test('is its own name', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const name = normalizeName(text);
        expect(name === undefined || normalizeName(name) === name).toBe(true);
      }),
    );
  });
});

describe('a hash', () => {
  test('is 64 bits of SHA-256 in hex', () => {
    // FIPS 180-2, appendix B.1: SHA-256 of "abc" begins so.
    expect(hashOf('abc')).toBe('ba7816bf8f01cfea');
    expect(Hash.safeParse(hashOf('')).success).toBe(true);
    expect(Hash.safeParse(NO_INPUT).success).toBe(false);
  });
  test('of parts keeps them apart', () => {
    expect(hashOfParts(['ab', 'c'])).not.toBe(hashOfParts(['a', 'bc']));
  });
});

describe('a vector', () => {
  const vector: Vector = { fingerprint: fingerprintAt({}, 'a'), inputs: { 'dependency:b': h('b'), previous: 'none' } };

  test('equal to another has the same hash, in whatever order its inputs came', () => {
    const same: Vector = { fingerprint: fingerprintAt({}, 'a'), inputs: { previous: 'none', 'dependency:b': h('b') } };
    expect(changedParts(vector, same)).toEqual([]);
    expect(vectorHash(vector)).toBe(vectorHash(same));
  });

  test.each<[string, Vector, string[]]>([
    ['code', { ...vector, fingerprint: fingerprintAt({ code: { a: 2 } }, 'a') }, ['code']],
    ['layer', { ...vector, fingerprint: fingerprintAt({ layer: { a: 2 } }, 'a') }, ['layer']],
    ['infrastructure', { ...vector, fingerprint: fingerprintAt({ infrastructure: 2 }, 'a') }, ['infrastructure']],
    ['epoch', { ...vector, fingerprint: fingerprintAt({ epoch: 2 }, 'a') }, ['epoch']],
    ['an input', { ...vector, inputs: { ...vector.inputs, previous: h('p') } }, ['previous']],
    ['a new input', { ...vector, inputs: { ...vector.inputs, 'dataset:x': h('x') } }, ['dataset:x']],
    ['a dropped input', { ...vector, inputs: { previous: 'none' } }, ['dependency:b']],
  ])('with another %s says so, both ways, and has another hash', (_, other, parts) => {
    expect(changedParts(vector, other)).toEqual(parts);
    expect(changedParts(other, vector)).toEqual(parts);
    expect(vectorHash(other)).not.toBe(vectorHash(vector));
  });

  test('has the fingerprint that messages carry', () => {
    expect(fingerprintHash(fingerprintAt({ epoch: 2 }, 'a'))).not.toBe(fingerprintHash(fingerprintAt({}, 'a')));
  });
});

describe('a window', () => {
  test('of days comes back as it went, oldest first', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 400 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 400 })),
        (days, picked) => {
          const date = '2024-03-05';
          const found = picked
            .filter((back) => back <= days)
            .sort((left, right) => right - left)
            .map((back) => addDays(date, -back));
          expect(decodeWindow(encodeWindow(found, date, days), date)).toEqual(found);
        },
      ),
    );
  });
  test('of a year fits into a few bytes of text', () => {
    expect(encodeWindow(daysFrom('2023-01-01', '2023-12-31'), '2024-01-01', 365)).toHaveLength(62);
  });
  test('without days is empty, and hashes as no input', () => {
    expect(decodeWindow(encodeWindow([], '2024-01-01', 30), '2024-01-01')).toEqual([]);
    expect(decodeWindow('', '2024-01-01')).toEqual([]);
    expect(windowHash([])).toBe(NO_INPUT);
  });
  test('hashes days and contents', () => {
    expect(windowHash(['2024-01-01', h('a')])).not.toBe(windowHash(['2024-01-02', h('a')]));
    expect(windowHash(['2024-01-01', h('a')])).not.toBe(windowHash(['2024-01-01', h('b')]));
  });
});

describe('a manifest', () => {
  const manifest = graph('a: dataset x', 'b: a previous history 3 history a 7 history y 5 document y');

  test('names inputs by what is read, whatever the author called them', () => {
    expect(computationIn(manifest, 'b')?.needs.map(inputIdOf)).toEqual([
      'dependency:a',
      'previous',
      'history:3',
      'history:a:7',
      'history:y:5',
      'document:y',
    ]);
  });
  test('knows which computations need their days in order', () => {
    expect(manifest.computations.map(isChained)).toEqual([false, true]);
    expect(graph('c: history 2').computations.map(isChained)).toEqual([true]);
    expect(graph('a: dataset x', 'c: history a 2').computations.map(isChained)).toEqual([false, false]);
  });
});

describe('a message', () => {
  test('says what is to be run, by the specification’s names', () => {
    const message = messageFor(aTask({ days: ['2024-01-01', '2024-01-02'], resources: 'high-mem', pass: 3 }));
    expect(message).toEqual({
      action: 'RUN_COMPUTATION_DATE',
      taskId: 'run-1.a.2024-01-01',
      dispatchId: 'dispatch-1',
      runId: 'run-1',
      date: '2024-01-01',
      pass: 3,
      computation: 'a',
      hash: hashOf('fingerprint'),
      triggerReason: 'RUN: never ran',
      resources: 'high-mem',
    });
    expect(TaskMessage.parse(message)).toEqual(message);
    expect(message.action).toBe(ACTION);
  });
  test('has a small task along, and of a large one its name', () => {
    const small = { task: aTask(), version: '1.2' };
    expect(messageCarrying(small)).toEqual({ ...messageFor(small.task), made: small });
    expect(TaskMessage.parse(JSON.parse(JSON.stringify(messageCarrying(small)))).made).toEqual(small);
    const dates = daysFrom('2024-01-01', '2024-12-31');
    const large = { task: aTask({ days: dates }), version: '1.2' };
    expect(JSON.stringify(large.task).length).toBeGreaterThan(MAX_CARRIED_CHARACTERS);
    expect(messageCarrying(large)).toEqual(messageFor(large.task));
  });
  test('of a task that this version does not understand is a message all the same', () => {
    const message = { ...messageFor(aTask()), made: { task: { of: 'tomorrow' }, version: '1.2' } };
    expect(TaskMessage.parse(message)).toEqual(messageFor(aTask()));
  });
});

describe('a run', () => {
  const waitedFor = newRun(
    { id: 'r', dispatchId: 'd', date: '2024-01-01', createdMs: 1, claimedIn: 1, pass: 1, callbackUrl: 'https://there' },
    [aTask({ days: ['2024-01-01'] })],
  );
  const { callbackUrl: _, ...alone } = waitedFor;

  test.each<[Run, ReturnType<typeof runState>, ReturnType<typeof runCallback>]>([
    [waitedFor, 'RUNNING', 'waiting'],
    [alone, 'RUNNING', 'none'],
    [{ ...waitedFor, remainingTasks: 0 }, 'COMPLETED', 'due'],
    [{ ...waitedFor, remainingTasks: 0, calledBackMs: 2 }, 'COMPLETED', 'answered'],
    [{ ...waitedFor, cancelledMs: 2 }, 'CANCELLED', 'waiting'],
    [{ ...waitedFor, cancelledMs: 2, remainingTasks: 0 }, 'CANCELLED', 'due'],
    [{ ...alone, remainingTasks: 0, calledBackMs: 2 }, 'COMPLETED', 'none'],
  ])('stands where its times say: %#', (run, state, callback) => {
    expect([runState(run), runCallback(run)]).toEqual([state, callback]);
  });
});
