/** What a plan needs of the books: nothing for what nothing has touched, however long the history. */
import { describe, expect, test } from 'vitest';
import { addDays, type Day, daysFrom, toOrdinal } from '../../../src/values/date.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import { daySpan, subtract } from '../../../src/mill/planning/day-set.ts';
import type { Plan } from '../../../src/mill/planning/plan.ts';
import { BookMill } from '../../support/book-mill.ts';
import { graphAt, type Versions } from '../../support/graph.ts';

/** Two roots, each with a branch of its own; a window and a chain on the first. */
const LINES = [
  'a: document prices',
  'b: a',
  'c: history a 30',
  'd: c previous',
  'e: dataset flights',
  'f: e',
  'g: f history e 7',
  'h: b g',
  'i: h',
  'j: d',
];
const tenAt = (versions: Versions = {}): Manifest => graphAt(versions, ...LINES);

const FROM = '2015-01-01';

/** 2015 to 2018. */
const FOUR_YEARS = 1_461;

/** Ten computations, settled on so many days. */
function settled(days: number): BookMill {
  const to = addDays(FROM, days - 1);
  const mill = new BookMill(tenAt(), FROM, to);
  mill.load('prices', daysFrom(FROM, to)).load('flights', daysFrom(FROM, to));
  mill.settle();
  return mill;
}

/** Computations that have a day which is not at rest. */
const awake = (made: Plan): string[] =>
  made.computations.filter((name) =>
    made.stretches(name).some(({ outcome }) => !['SKIP', 'STABLE', 'IMPOSSIBLE'].includes(outcome)),
  );

const span = (from: Day, to: Day) => daySpan(toOrdinal(from), toOrdinal(to));

const nothing = { books: [], data: [] };

const yearsOf = (computation: string, first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `${computation}.${first + index}`);

describe('a settled world', () => {
  test.each([30, 365, 3_650])('of %i days is planned again without a book, and there is nothing to commit', (days) => {
    const mill = settled(days);
    for (const mode of ['dispatch', 'forecast'] as const) {
      const asked = mill.plan({ mode, dispatchId: 'tonight' });
      expect(asked).toMatchObject(nothing);
      expect(asked.plan.counts()).toMatchObject({ SKIP: 10 * days, RUN: 0, RERUN: 0, BLOCKED: 0, IMPOSSIBLE: 0 });
      expect(asked.plan.isNews).toBe(false);
      expect(asked.folded).toMatchObject({ settled: [], closedRuns: [] });
    }
    expect(JSON.stringify([...mill.standings]).length).toBeLessThan(6_000);
  });
});

describe('a new day', () => {
  const NEW_DAY = '2019-01-01';
  const withNewDay = (): BookMill => {
    const mill = settled(FOUR_YEARS);
    mill.to = NEW_DAY;
    return mill.load('prices', [NEW_DAY]).load('flights', [NEW_DAY]);
  };

  test('is planned without a book: what never ran is in none', () => {
    const asked = withNewDay().plan({ mode: 'forecast' });
    expect(asked).toMatchObject(nothing);
    expect(asked.plan.counts()).toMatchObject({ RUN: 10, SKIP: 10 * FOUR_YEARS });
  });

  test('asks, until all of it has run, for no year that its windows do not reach', () => {
    const { books, ran } = withNewDay().settle();
    expect(ran.sort()).toEqual('abcdefghij'.split('').map((name) => `${name}@${NEW_DAY}`));
    // Of the old year what a window or a chain reaches; of the new one what others read, and not i or j.
    expect(books.filter((id) => id.endsWith('.2018'))).toEqual(['a.2018', 'd.2018', 'e.2018']);
    expect(books.filter((id) => !id.endsWith('.2018'))).toEqual('abcdefgh'.split('').map((name) => `${name}.2019`));
  });
});

describe('changed code', () => {
  test('is planned without a book, and nothing but what is downstream of it is looked at', () => {
    const mill = settled(FOUR_YEARS);
    mill.manifest = tenAt({ code: { g: 2 } });
    const asked = mill.plan();
    expect(asked).toMatchObject(nothing);
    expect(asked.plan.stretches('g')).toMatchObject([{ outcome: 'RERUN', days: span(mill.from, mill.to) }]);
    expect(awake(asked.plan)).toEqual(['g', 'h', 'i']);
    expect(awake(mill.plan({ throughPass: 2 }).plan)).toEqual([]);
  });

  test('whose results stay the same costs its readers one look, and then rests', () => {
    const mill = settled(730);
    mill.steady.add('h');
    mill.manifest = tenAt({ layer: { h: 2 } });
    mill.settle();
    mill.manifest = tenAt({ layer: { h: 3 } });
    const { books, ran } = mill.settle();
    expect(ran.filter((cell) => !cell.startsWith('h@'))).toEqual([]);
    expect(ran).toHaveLength(730);
    // To compare h and i with what they read.
    expect([...new Set(books.map((id) => id.slice(0, 1)))]).toEqual(['b', 'g', 'h', 'i']);
    expect(mill.plan()).toMatchObject({ ...nothing, plan: { isNews: false } });
  });
});

describe('one old day of data that changed', () => {
  const OLD = '2016-05-05';

  test('asks for the books of that year, of its readers', () => {
    const mill = settled(FOUR_YEARS).load('prices', [OLD], 'corrected');
    const asked = mill.plan();
    expect(asked).toMatchObject({ books: ['a.2016'], data: ['prices'] });
    expect(asked.plan.stretches('a')).toMatchObject([{ outcome: 'SKIP' }, { outcome: 'RERUN', days: span(OLD, OLD) }]);
  });

  test('that changes results is followed downstream in its year, and along chains onwards', () => {
    const mill = settled(FOUR_YEARS).load('prices', [OLD], 'corrected');
    const { books, ran } = mill.settle();
    const closure = ['a.2016', 'b.2016', 'c.2016', 'g.2016', 'h.2016', 'i.2016'];
    // d runs on to the end, and is compared with what it reads.
    const onwards = 'cdj'.split('').flatMap((name) => yearsOf(name, 2017, 2018));
    expect(books).toEqual([...closure, 'd.2016', 'j.2016', ...onwards].sort());
    expect(ran.filter((cell) => !/^[dj]@/.test(cell))).toHaveLength(4 + 30);
  });

  test('that changes no result of its reader asks for the books of those that read that one, and no further', () => {
    const mill = settled(FOUR_YEARS);
    mill.steady.add('a');
    mill.manifest = tenAt({ code: { a: 2 } });
    mill.settle();
    const { books, ran } = mill.load('prices', [OLD], 'corrected').settle();
    expect(ran).toEqual([`a@${OLD}`]);
    expect(books).toEqual(['a.2016', 'b.2016', 'c.2016']);
  });

  test('is looked at by each pass in its turn, and by none twice', () => {
    const mill = settled(FOUR_YEARS).load('flights', [OLD], 'corrected');
    const books = [1, 2, 3, 4].map((throughPass) => mill.settle({ throughPass }).books);
    expect(books).toEqual([
      ['e.2016'],
      ['e.2016', 'f.2016'],
      ['e.2016', 'f.2016', 'g.2016'],
      ['b.2016', 'g.2016', 'h.2016'],
    ]);
    expect(mill.settle().books).toEqual(['h.2016', 'i.2016']);
    expect(mill.plan()).toMatchObject({ ...nothing, plan: { isNews: false } });
  });
});

describe('documents that change now and then', () => {
  const LATEST = ['a: latest stores', 'b: a', 'c: a history b 7'];
  /** Of these days, the first is long before the grid. */
  const STORES = ['2009-03-03', '2015-06-01', '2016-03-01', '2018-03-01'];
  const withStores = (): BookMill => {
    const mill = new BookMill(graphAt({}, ...LATEST), FROM, addDays(FROM, FOUR_YEARS - 1));
    mill.load('stores', STORES).settle();
    return mill;
  };
  const rerun = (made: Plan) => made.stretches('a').find(({ outcome }) => outcome === 'RERUN')?.days;

  test('are read by all days since, from before the grid as well, and cost nothing when nothing changes', () => {
    const mill = withStores();
    expect(mill.plan()).toMatchObject(nothing);
    expect(mill.plan().plan.counts()).toMatchObject({ SKIP: 3 * FOUR_YEARS, IMPOSSIBLE: 0 });
    expect(mill.plan({ from: '2016-02-01' })).toMatchObject(nothing);
    mill.to = addDays(FROM, FOUR_YEARS);
    const asked = mill.plan({ mode: 'forecast' });
    expect(asked).toMatchObject(nothing);
    expect(asked.plan.counts()).toMatchObject({ RUN: 3 });
  });

  test('ask, when one is corrected, for the books of the days that it serves, and no other', () => {
    const mill = withStores().load('stores', ['2016-03-01'], 'corrected');
    const asked = mill.plan();
    expect(asked).toMatchObject({ books: ['a.2016', 'a.2017', 'a.2018'], data: ['stores'] });
    expect(rerun(asked.plan)).toEqual(span('2016-03-01', '2018-02-28'));
    mill.steady.add('a');
    mill.settle();
    expect(mill.plan()).toMatchObject({ ...nothing, plan: { isNews: false } });
  });

  test('ask, when one comes between two, for the days from it to the next', () => {
    const asked = withStores().load('stores', ['2017-12-20']).plan();
    expect(asked).toMatchObject({ books: ['a.2017', 'a.2018'], data: ['stores'] });
    expect(rerun(asked.plan)).toEqual(span('2017-12-20', '2018-02-28'));
  });

  test('that say the same again run nothing', () => {
    const mill = new BookMill(graphAt({}, ...LATEST), FROM, addDays(FROM, 364));
    mill.load('stores', ['2014-01-01']).settle();
    const asked = mill.repeat('stores', '2015-12-01', '2014-01-01').plan();
    expect(asked).toMatchObject({ books: ['a.2015'], data: ['stores'] });
    expect(asked.plan.counts()).toMatchObject({ SKIP: 3 * 365, RERUN: 0 });
  });

  test('that are withdrawn give their days back to the one before; those before the first have none', () => {
    const mill = withStores().withdraw('stores', ['2016-03-01']);
    const asked = mill.plan();
    expect(asked).toMatchObject({ books: ['a.2016', 'a.2017', 'a.2018'], data: ['stores'] });
    expect(rerun(asked.plan)).toEqual(span('2016-03-01', '2018-02-28'));
    mill.commit(asked);
    const none = mill.withdraw('stores', ['2009-03-03']).plan();
    expect(none.plan.stretches('a')[0]).toMatchObject({
      outcome: 'IMPOSSIBLE',
      why: 'NO_DATA',
      days: span(FROM, '2015-05-31'),
    });
  });

  test('outside of the grid are seen when a grid has the days again', () => {
    const mill = withStores().load('stores', ['2016-03-01'], 'corrected');
    mill.commit(mill.plan({ from: '2017-01-01' }));
    expect(rerun(mill.plan().plan)).toEqual(span('2016-03-01', '2018-02-28'));
  });
});

describe('a run under way', () => {
  test('keeps the rest of its chain, although nothing before it has changed', () => {
    const to = addDays(FROM, 9);
    const mill = new BookMill(graphAt({}, 'a: document prices previous', 'b: a'), FROM, to);
    mill.steady.add('a');
    mill.load('prices', daysFrom(FROM, to)).settle();
    // The third day runs and gives what it gave; so the fourth does not run. The fifth has not been reached.
    mill.load('prices', [addDays(FROM, 2)], 'corrected').begin(2);
    const { plan: made } = mill.plan();
    expect(made.stretches('a')).toMatchObject([
      { outcome: 'SKIP', days: span(FROM, addDays(FROM, 3)) },
      { outcome: 'BLOCKED', days: span(addDays(FROM, 4), to) },
    ]);
    expect(made.inFlight('a')).toEqual(span(addDays(FROM, 4), to));
  });
});

describe('days outside the grid', () => {
  test.each([
    ['that starts later', { from: '2017-01-01' }],
    ['that ends earlier', { to: '2015-12-31' }],
  ])('of a plan %s stay at rest, but for what was touched there', (_, part) => {
    const mill = settled(FOUR_YEARS).load('prices', ['2015-05-05', '2016-05-05', '2017-05-05'], 'corrected');
    const narrow = mill.plan(part);
    expect(narrow.data).toEqual(['prices']);
    expect(narrow.plan.counts()).toMatchObject({ RERUN: 1 });
    mill.commit(narrow);
    const touched = ['2015-05-05', '2016-05-05', '2017-05-05'].map((day) => span(day, day));
    expect(mill.standings.get('a')?.rest.map(({ days }) => days)).toEqual([
      touched.reduce(subtract, span(mill.from, mill.to)),
    ]);
    for (const name of 'bcdefghij'.split(''))
      expect(mill.standings.get(name)?.rest.map(({ days }) => days)).toEqual([span(mill.from, mill.to)]);
    expect(mill.plan()).toMatchObject({ books: ['a.2015', 'a.2016', 'a.2017'], data: ['prices'] });
  });

  test('of changed code are looked at closely when a grid has them again', () => {
    const mill = settled(731);
    mill.manifest = tenAt({ code: { i: 2 } });
    expect(mill.settle({ from: '2016-01-01' }).ran).toHaveLength(366);
    expect(mill.plan({ from: '2016-01-01' })).toMatchObject(nothing);
    const whole = mill.plan();
    expect(whole.books).toEqual(['h.2015', 'i.2015']);
    expect(whole.plan.counts()).toMatchObject({ RERUN: 365 });
  });
});

describe('change logs', () => {
  const lengths = (mill: BookMill): number[] =>
    [...mill.standings.values(), ...mill.datasets.values()].map(({ log }) => log.changes.length);

  test('are empty once all readers have seen what is in them', () => {
    const mill = settled(365).load('prices', ['2015-03-01'], 'corrected');
    expect(Math.max(...lengths(mill))).toBe(1);
    mill.settle();
    expect(Math.max(...lengths(mill))).toBe(0);
  });

  test('are kept for readers of passes that have not looked yet', () => {
    const mill = settled(365).load('prices', ['2015-03-01'], 'corrected');
    mill.settle({ throughPass: 1 });
    expect(mill.standings.get('a')?.log.changes.map(([, days]) => days)).toEqual([span('2015-03-01', '2015-03-01')]);
    expect(mill.datasets.get('prices')?.log.changes).toEqual([]);
    mill.settle({ throughPass: 2 });
    expect(mill.standings.get('a')?.log.changes).toEqual([]);
  });

  test('do not wait for a computation that has gone; when it comes back, all of it is looked at once', () => {
    const mill = settled(730);
    const whole = mill.manifest;
    mill.manifest = { ...whole, computations: whole.computations.filter(({ name }) => name !== 'i') };
    mill.load('prices', ['2015-03-01'], 'corrected').settle();
    expect(Math.max(...lengths(mill))).toBe(0);
    mill.manifest = whole;
    const back = mill.plan();
    expect(back.books).toEqual(['h.2015', 'h.2016', 'i.2015', 'i.2016']);
    expect(back.plan.stretches('i')).toMatchObject([
      { outcome: 'SKIP' },
      { outcome: 'RERUN', days: span('2015-03-01', '2015-03-01') },
    ]);
    mill.settle();
    expect(mill.plan()).toMatchObject({ ...nothing, plan: { isNews: false } });
  });
});
