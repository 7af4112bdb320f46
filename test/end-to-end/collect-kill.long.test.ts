/**
 * Acknowledged means committed: under load from 64 connections the collecting process is killed again and again; whatever was acknowledged
 * is there once, and nothing is there twice under one id.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureProject, type FixtureProject } from '../support/fixture-project.ts';
import { keptSamples, withStore } from '../support/kept-samples.ts';
import { LONG } from '../support/long.ts';
import { type Serving, serving } from '../support/serving.ts';

const CONNECTIONS = 64;
const KILLS = Number(process.env['DAYMILL_KILLS'] ?? 100);

describe.runIf(LONG && process.platform === 'linux')(`a collecting process that is killed ${KILLS} times`, () => {
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

  test('loses nothing that it acknowledged, and keeps nothing twice', async () => {
    const acknowledged = { events: new Set<string>(), samples: new Set<string>() };
    const load = { isOver: false, sent: 0 };
    const send = async (connection: number): Promise<void> => {
      for (let number = 0; !load.isOver; number++) {
        const id = `${connection}-${number}`;
        const event = {
          id,
          source: 'kill-test',
          user_id: 'ann',
          command_name: 'build',
          execution_time_ms: 1,
          status: 'success',
        };
        const sample = { name: 'killed_total', value: number, labels: { connection: String(connection) } };
        // Sent until it is acknowledged, as a client that cares does.
        while (!load.isOver && !(await isTaken('/api/metrics/commands', event))) await delay(10);
        if (load.isOver) return;
        acknowledged.events.add(id);
        if (await isTaken('/api/metrics', [sample])) acknowledged.samples.add(id);
        load.sent += 2;
      }
    };
    const isTaken = async (path: string, json: unknown): Promise<boolean> => {
      try {
        const response = await served.ask(path, { json });
        await response.text();
        // A killed instance takes along what it had of the organization's quota: then there is none for a moment.
        if (response.status >= 400 && response.status < 500 && response.status !== 429)
          throw new Error(`${path} answers ${response.status}`);
        return response.ok;
      } catch (thrown) {
        // The connection broke: it is not known whether it was taken.
        if (thrown instanceof TypeError) return false;
        throw thrown;
      }
    };
    let trouble: unknown;
    const senders = Promise.all(Array.from({ length: CONNECTIONS }, (_, connection) => send(connection))).catch(
      (thrown: unknown) => {
        trouble = thrown;
      },
    );
    for (let kills = 0; kills < KILLS;) {
      // Three of four times it has taken something in since it was started: else nothing would ever come through.
      const { sent: before } = load;
      if (kills % 4 !== 0) await until(() => load.sent !== before || trouble !== undefined);
      await delay(Math.random() * 300);
      const pid = served.collector();
      if (pid === undefined) continue;
      try {
        process.kill(pid, 'SIGKILL');
        kills++;
      } catch {
        // It was gone.
      }
    }
    const { sent: last } = load;
    await until(() => load.sent !== last || trouble !== undefined);
    load.isOver = true;
    await senders;
    expect(trouble).toBeUndefined();
    expect(load.sent).toBeGreaterThan(KILLS);
    const kept = await keptIn(project);
    expect(acknowledged.events.size).toBeGreaterThan(KILLS);
    const lost = [...acknowledged.events].filter((id) => !kept.events.has(`kill-test/${id}`));
    expect(lost).toEqual([]);
    expect([...kept.events].filter(([, count]) => count !== 1)).toEqual([]);
    expect([...acknowledged.samples].filter((id) => !kept.samples.has(id))).toEqual([]);
  }, 900_000);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20);
}

/** How often each is there, read as a computation would. */
const keptIn = (project: FixtureProject): Promise<{ events: Map<string, number>; samples: Set<string> }> =>
  withStore(project, async (days) => {
    const events = new Map<string, number>();
    for (const day of await days.days('acme'))
      for await (const some of days.events({ organization: 'acme', day }, 'commands'))
        for (const { id } of some) events.set(id, (events.get(id) ?? 0) + 1);
    const { samples } = await keptSamples(project);
    return { events, samples: new Set(samples.map(({ labels, value }) => `${labels['connection']}-${Number(value)}`)) };
  });
