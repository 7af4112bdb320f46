import { expect, test } from 'vitest';
import { rulerOf } from '../../../src/cli/pictures/month-ruler.ts';

const textsOf = (...asked: Parameters<typeof rulerOf>) => rulerOf(...asked).map(({ at, text }) => `${at} ${text}`);

test('wide days have a mark a week, whose first says the year', () => {
  expect(textsOf('2023-12-20', '2024-01-10', 16)).toEqual(['2 22 Dec 2023', '12 Jan 2024', '19 8']);
});

test('very wide ones have one each', () => {
  expect(textsOf('2024-02-28', '2024-03-01', 120)).toEqual(['0 28 Feb 2024', '1 29', '2 1 Mar']);
});

test('narrow days have months, then quarters, then years', () => {
  expect(textsOf('2024-01-01', '2024-03-31', 2)).toEqual(['0 Jan 2024', '31 Feb', '60 Mar']);
  expect(textsOf('2023-11-20', '2024-07-10', 1)).toEqual(['42 Jan 2024', '133 Apr', '224 Jul']);
  expect(textsOf('2019-06-01', '2022-02-01', 0.1)).toEqual(['214 2020', '580 2021', '945 2022']);
});

test('days without any mark are named by their first', () => {
  expect(textsOf('2024-02-03', '2024-02-05', 0.01)).toEqual(['0 2024-02-03']);
});

test('no mark runs into the one before', () => {
  const crowded = [0.05, 0.2, 0.5, 1, 1.3, 3, 5, 9, 20, 40].flatMap((pixels) => {
    const marks = rulerOf('2000-01-01', '2004-12-31', pixels);
    expect(marks.length).toBeGreaterThan(1);
    return marks.filter(
      ({ at, text }, index) => ((marks[index + 1]?.at ?? Infinity) - at) * pixels < 6.3 * text.length,
    );
  });
  expect(crowded).toEqual([]);
});
