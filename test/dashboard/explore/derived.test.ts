import { expect, test } from 'vitest';
import { computationIn } from '../../../src/dashboard/explore/derived.ts';
import { numbersOf } from '../../../src/meter/answers/results/derived-series.ts';

const COMPUTATIONS = ['rsi-14', 'command-seconds', 'command'];

test('the computation of a series is found by the name that the server gives it', () => {
  const [first] = [...numbersOf({ name: 'command-seconds' }, 'acme/x', { mean: 4.2 })];
  const name = first?.[0].find(([label]) => label === '__name__')?.[1] ?? '';
  expect(name).toBe('daymill:command_seconds:mean');
  expect(computationIn(`sum(${name}{entity="acme/x"})`, COMPUTATIONS)).toBe('command-seconds');
});

test('none is found for other series, or one that is no more', () => {
  expect(computationIn('rate(http_requests_total[5m])', COMPUTATIONS)).toBeUndefined();
  expect(computationIn('daymill:gone', COMPUTATIONS)).toBeUndefined();
});
