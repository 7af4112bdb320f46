/** What we write, as Prometheus's own tool sees it, where that is installed. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { type ExposedFamily, writeExposition } from '../../../../src/meter/formats/exposition/write.ts';

const PROMTOOL = 'promtool';
const isInstalled = spawnSync(PROMTOOL, ['--version']).error === undefined;

const families: readonly ExposedFamily[] = [
  {
    name: 'daymill_requests_total',
    type: 'counter',
    help: 'Requests by "route" and \\ status.\nOf this process.',
    samples: [
      { labels: [['route', '/a"b\\c\nd']], value: 1e21 },
      { labels: [['route', '/']], value: 5 },
    ],
  },
  { name: 'daymill_lag_seconds', type: 'gauge', help: 'How late.', unit: 'seconds', samples: [{ value: NaN }] },
  {
    name: 'daymill_latency_seconds',
    type: 'histogram',
    help: 'How long.',
    unit: 'seconds',
    samples: [
      { ending: '_bucket', labels: [['le', '0.5']], value: 1 },
      { ending: '_bucket', labels: [['le', '+Inf']], value: 2 },
      { ending: '_sum', value: 1.25 },
      { ending: '_count', value: 2 },
    ],
  },
];

test.skipIf(!isInstalled)('promtool finds nothing to say about it', () => {
  const { status, stderr, stdout } = spawnSync(PROMTOOL, ['check', 'metrics'], {
    input: writeExposition(families, 'text 0.0.4'),
    encoding: 'utf8',
  });
  expect(`${stdout}${stderr}`).toBe('');
  expect(status).toBe(0);
});
