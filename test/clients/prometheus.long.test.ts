/** Debian's Prometheus writes to `daymill serve` what it scrapes from Debian's node exporter; we are restarted under it: no gap, no duplicate. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Counter, Histogram, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureProject, type FixtureProject } from '../support/fixture-project.ts';
import { keptSamples } from '../support/kept-samples.ts';
import { LONG } from '../support/long.ts';
import { type Serving, serving } from '../support/serving.ts';

const isThere = (program: string): boolean => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

describe.runIf(LONG)('prom-client', () => {
  let project: FixtureProject;
  let served: Serving;
  beforeAll(async () => {
    project = fixtureProject({});
    served = await serving(project);
  });
  afterAll(async () => {
    await served.stop();
    project.remove();
  });

  test.each([
    [Registry.PROMETHEUS_CONTENT_TYPE, 'text'],
    [Registry.OPENMETRICS_CONTENT_TYPE, 'openmetrics'],
  ] as const)('as %s', async (type, organization) => {
    const registry = new Registry();
    registry.setContentType(type as typeof Registry.PROMETHEUS_CONTENT_TYPE);
    const counter = new Counter({
      name: 'orders_total',
      help: 'orders "taken"\n',
      labelNames: ['shop'],
      registers: [registry],
    });
    counter.inc({ shop: 'a\\b"c' }, 4);
    const histogram = new Histogram({
      name: 'wait_seconds',
      help: 'waiting',
      buckets: [0.5, 1],
      registers: [registry],
    });
    histogram.observe(0.7);
    const response = await served.ask('/api/v1/import/prometheus', {
      method: 'POST',
      body: await registry.metrics(),
      headers: { 'content-type': type },
      token: await served.token(organization, 'developer'),
    });
    expect([response.status, await response.text()]).toEqual([204, '']);
    const { samples, metadata } = await keptSamples(project, organization);
    const value = (name: string, labels: object): unknown =>
      samples.find(
        (one) =>
          one.labels['__name__'] === name && Object.entries(labels).every(([label, own]) => one.labels[label] === own),
      )?.value;
    expect(value('orders_total', { shop: 'a\\b"c' })).toBe(4);
    expect(value('wait_seconds_bucket', { le: '1' })).toBe(1);
    expect(value('wait_seconds_bucket', { le: '0.5' })).toBe(0);
    expect(value('wait_seconds_sum', {})).toBe(0.7);
    expect(metadata.map(({ type: one }) => one).toSorted()).toEqual(['counter', 'histogram']);
  });
});

/** How many scrapes we wait for on each side of the restart. */
const SCRAPES = 5;

describe.runIf(LONG && isThere('prometheus') && isThere('prometheus-node-exporter'))("Debian's Prometheus", () => {
  const children: ChildProcess[] = [];
  let project: FixtureProject;
  beforeAll(() => {
    project = fixtureProject({});
  });
  afterAll(async () => {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    project.remove();
  });
  const start = (program: string, args: readonly string[]): void => {
    children.push(spawn(program, args, { stdio: 'ignore' }));
  };

  test('writes all that it scrapes, once, although we are restarted under it', async () => {
    const first = await serving(project);
    const port = new URL(first.url).port;
    const folder = join(project.root, 'prometheus');
    mkdirSync(folder);
    start('prometheus-node-exporter', ['--web.listen-address=127.0.0.1:19101']);
    writeFileSync(
      join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: node
    static_configs: [{ targets: ['127.0.0.1:19101'] }]
remote_write:
  - url: ${first.url}/api/v1/write
    authorization: { credentials: ${await first.token('acme', 'developer')} }
    queue_config: { batch_send_deadline: 1s, min_backoff: 100ms, max_backoff: 1s }
    metadata_config: { send_interval: 2s }
`,
    );
    start('prometheus', [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      '--web.listen-address=127.0.0.1:19102',
    ]);
    const scrapes = async (): Promise<number[]> =>
      (await keptSamples(project)).samples
        .filter(({ labels, isStale }) => labels['__name__'] === 'node_load1' && !isStale)
        .map(({ timeMs }) => timeMs)
        .toSorted((a, b) => a - b);
    const until = async (count: number): Promise<void> => {
      while ((await scrapes()).length < count) await delay(300);
    };
    await until(SCRAPES);
    await first.stop();
    await delay(2_500);
    const second = await serving(project, ['--port', port]);
    try {
      await until(SCRAPES * 3);
      const times = await scrapes();
      expect(new Set(times).size).toBe(times.length);
      // A second apart, before, during and after.
      const gaps = times.slice(1).map((time, at) => time - (times[at] as number));
      expect(Math.max(...gaps)).toBeLessThan(1_500);
      const { samples, metadata } = await keptSamples(project);
      expect(samples.length).toBeGreaterThan(SCRAPES * 3 * 300);
      expect(metadata.find(({ name }) => name === 'node_load1')).toMatchObject({
        type: 'gauge',
        help: '1m load average.',
      });
    } finally {
      await second.stop();
    }
  }, 120_000);
});
