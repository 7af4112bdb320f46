/** Patterns of files by day: what fits, of which day it is, and what no pattern can be. */
import { describe, expect, test } from 'vitest';
import { defineDataset, files } from '../../../src/mill/model/dataset.ts';
import { type FilePattern, filePattern } from '../../../src/mill/model/file-pattern.ts';
import { z } from 'zod';

function pattern(text: string): FilePattern {
  const found = filePattern(text);
  if ('problem' in found) throw new Error(found.problem);
  return found;
}

test.each([
  ['data/orders-{date}.csv', 'data/orders-2024-01-05.csv', '2024-01-05'],
  ['data/orders-{date}.csv', 'data/orders-2024-02-30.csv', undefined],
  ['data/orders-{date}.csv', 'data/ordersX2024-01-05.csv', undefined],
  ['data/orders-{date}.csv', 'data/orders-2024-01-05Xcsv', undefined],
  ['data/orders-{date}.csv', 'old/data/orders-2024-01-05.csv', undefined],
  ['gs://shop/{yyyymmdd}/*.parquet', '20240105/part-0.parquet', '2024-01-05'],
  ['gs://shop/{yyyymmdd}/*.parquet', '20240105/more/part-0.parquet', undefined],
  ['gs://shop/{yyyymmdd}/**.parquet', '20240105/more/part-0.parquet', '2024-01-05'],
  ['gs://shop/y={yyyy}/m={mm}/d={dd}/*', 'y=2024/m=01/d=05/a.csv', '2024-01-05'],
  ['gs://shop/y={yyyy}/m={mm}/d={dd}/*', 'y=2024/m=01/d=05/', undefined],
  ['gs://shop/{date}/orders-{date}.csv', '2024-01-05/orders-2024-01-05.csv', '2024-01-05'],
  ['gs://shop/{date}/orders-{date}.csv', '2024-01-05/orders-2024-01-06.csv', undefined],
  ['gs://shop/(a+b)[c]/{date}.csv', '(a+b)[c]/2024-01-05.csv', '2024-01-05'],
])('%s has %s: %s', (text, name, day) => {
  expect(pattern(text).dayOf(name)).toBe(day);
});

test.each([
  ['gs://shop/orders/{date}/*.parquet', 'shop', 'orders/'],
  ['gs://shop/*/{date}.csv', 'shop', ''],
  ['data/orders-{date}.csv', undefined, 'data/orders-'],
])('of %s all files begin alike', (text, bucket, prefix) => {
  expect(pattern(text)).toMatchObject({ bucket, prefix });
});

describe('a dataset cannot be', () => {
  test.each([
    ['data/orders.csv', /must say where the day stands/],
    ['data/{yyyy}/orders.csv', /must say where the day stands/],
    ['data/{yyyy}/{mm}/{dd}/{date}.csv', /in one way/],
    ['data/{day}.csv', /\{day\} is none of \{date\}/],
    ['s3://shop/{date}.csv', /only gs:\/\//],
    ['gs://Shop!/{date}.csv', /"Shop!" is no name of a bucket/],
    ['gs://{date}/a.csv', /is no name of a bucket/],
    ['/data/{date}.csv', /below its folder/],
    ['../data/{date}.csv', /below its folder/],
    ['~/data/{date}.csv', /below its folder/],
    ['C:/data/{date}.csv', /below its folder/],
  ])('%s', (text, problem) => {
    const define = () => defineDataset({ name: 'orders', entity: z.unknown(), source: files(text) });
    expect(define).toThrow(problem);
    expect(define).toThrow(expect.objectContaining({ code: 'BAD_DEFINITION' }));
    const closed = files('data/{date}.csv', { closedBy: text });
    expect(() => defineDataset({ name: 'orders', entity: z.unknown(), source: closed })).toThrow(problem);
  });
});

test('files without parse suit every schema, and with it those that take what it makes', () => {
  const entity = z.object({ id: z.string(), sum: z.number() });
  const options = { name: 'orders', entity };
  expect(
    defineDataset({ ...options, id: ({ id }) => id, source: files('{date}.csv', { closedBy: '{date}.done' }) }),
  ).toMatchObject({
    source: { pattern: '{date}.csv' },
  });
  const parse = (row: Readonly<Record<string, unknown>>) => ({ id: String(row['id']), sum: String(row['sum']) });
  // @ts-expect-error a sum is a number.
  defineDataset({ ...options, source: files('{date}.csv', { parse }) });
});
