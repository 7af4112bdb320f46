/** Closed days are pushed to Debian's VictoriaMetrics: all of them, once, again when they change, and through an outage. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addDays, dayOf } from '../../src/values/date.ts';
import { pushDays } from '../../src/meter/steps/push/push-days.ts';
import { type ApiUnderTest, apiUnderTest } from '../http/api-under-test.ts';
import { LONG } from '../support/long.ts';

const isThere = (): boolean => {
  try {
    execFileSync('victoria-metrics', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

const YESTERDAY = addDays(dayOf(Date.now()), -1);
const NOON = Date.parse(`${YESTERDAY}T12:00:00Z`);

describe.runIf(LONG && isThere())("Debian's VictoriaMetrics", () => {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-vm-'));
  const port = 20_000 + (process.pid % 20_000);
  const url = `http://127.0.0.1:${port}`;
  let victoria: ChildProcess;
  let api: ApiUnderTest;

  const start = async (): Promise<void> => {
    victoria = spawn(
      'victoria-metrics',
      [`-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=1y'],
      { stdio: 'ignore' },
    );
    while (
      !(await fetch(`${url}/health`).then(
        ({ ok }) => ok,
        () => false,
      ))
    )
      await delay(50);
  };
  const stop = async (): Promise<void> => {
    victoria.kill('SIGINT');
    await once(victoria, 'exit');
  };
  beforeAll(async () => {
    await start();
    api = await apiUnderTest('victoria');
  });
  afterAll(async () => {
    await stop();
    await api[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  const collect = async (from: number): Promise<void> => {
    const lines = Array.from({ length: 60 }, (_, at) => `load{job="a"} ${from + at} ${NOON + (from + at) * 60_000}`);
    const { status } = await api.ask('POST', '/api/v1/import/prometheus', {
      text: `${lines.join('\n')}\n`,
      headers: { 'content-type': 'text/plain' },
    });
    expect(status).toBe(204);
  };
  const push = () => pushDays('acme', { url, headers: {} }, { ...api.ports, wait: (ms) => delay(ms) }, () => false);
  const theirs = async (): Promise<readonly number[]> => {
    await fetch(`${url}/internal/force_flush`);
    const text = await (await fetch(`${url}/api/v1/export?match[]=load`)).text();
    return text
      .split('\n')
      .filter(Boolean)
      .flatMap((line) => (JSON.parse(line) as { values: number[] }).values);
  };

  test('has each sample once, whatever is sent again', async () => {
    await collect(0);
    expect(await push()).toMatchObject({ days: 1, requests: 1, isDone: true });
    expect(await theirs()).toEqual(Array.from({ length: 60 }, (_, at) => at));
    // Nothing has changed: nothing is sent.
    expect(await push()).toMatchObject({ days: 0, requests: 0 });
    await collect(60);
    expect(await push()).toMatchObject({ days: 1 });
    expect(new Set(await theirs())).toEqual(new Set(Array.from({ length: 120 }, (_, at) => at)));
  });

  test('that is away for a while is sent what it missed', async () => {
    await stop();
    await collect(120);
    const pushing = push();
    await delay(300);
    await start();
    expect(await pushing).toMatchObject({ days: 1, isDone: true });
    expect(new Set(await theirs()).size).toBe(180);
  });

  test('that refuses is an error, and the day is sent the next time', async () => {
    await collect(180);
    const wrong = pushDays(
      'acme',
      { url: `${url}/nowhere`, headers: {} },
      { ...api.ports, wait: () => Promise.resolve() },
      () => false,
    );
    await expect(wrong).rejects.toThrow('refuses what is pushed');
    expect(await push()).toMatchObject({ days: 1 });
  });
});
