import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { configurationPage, PAGE } from '../../.ci/configuration.ts';

test('docs/configuration.md is what the schemas say; node .ci/configuration.ts writes it', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(configurationPage());
});

test('every setting and every variable is told what it is', () => {
  const untold = configurationPage()
    .split('\n')
    .filter((line) => /^\| `.*\| {2}\|$/.test(line));
  expect(untold).toEqual([]);
});
