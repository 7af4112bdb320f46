/** Two organizations send, the night computes on both, and each reads its own results by the door of results, and nothing of the other's. */
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { composeMeter, type MeterPorts } from '../../../src/compose-meter.ts';
import { readConfig } from '../../../src/config/config.ts';
import { authenticator } from '../../../src/http/auth.ts';
import { httpListener } from '../../../src/http/listener.ts';
import { collectRoutes } from '../../../src/http/routes/index.ts';
import { writeManifest } from '../../../src/mill/manifest/read-manifest.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { addDays } from '../../../src/values/date.ts';
import { makeDoors, serve, type Serving } from '../../http/serving.ts';
import { bundledComputations } from '../../support/bundled-project.ts';
import { localPorts, type LocalPorts, PROJECT_ID } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const SECRET = 'a secret that only this test knows, and long enough';

/** Over, and young enough to be taken. */
const DAY = addDays(new Date().toISOString().slice(0, 10), -2);

let local: LocalPorts;
let meter: MeterPorts;
let serving: Serving;

beforeAll(async () => {
  local = await localPorts(bundledComputations(['productivity', 'statistics']));
  const env = { ...process.env, DAYMILL_PROJECT: PROJECT_ID, DAYMILL_LOG: 'silent', DAYMILL_JWT_SECRET: SECRET };
  const config = readConfig(env, local.project.root, process.pid);
  writeManifest(config.manifestFile, local.open().manifest);
  meter = composeMeter(config);
  const routes = collectRoutes(() => meter);
  const authenticate = authenticator(meter.jwt, meter.apiKeys);
  serving = await serve(httpListener(routes, { ...makeDoors([]), authenticate, clock: meter.clock }));
  // `acme` is the beginning of `acme-labs`.
  await send('acme', 'ann', 3);
  await send('acme-labs', 'bob', 5);
  const ports = local.open();
  await indexRootData(ports);
  await runDay({ from: DAY, date: DAY }, ports, 'night');
});
afterAll(async () => {
  await serving[Symbol.asyncDispose]();
  await meter.close();
  await local.close();
});

async function ask(
  org: string,
  path: string,
  json?: unknown,
): Promise<{ readonly status: number; readonly body: Record<string, unknown> }> {
  const token = await new SignJWT({ org, role: 'developer' })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('5m')
    .sign(new TextEncoder().encode(SECRET));
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await serving.send(json === undefined ? 'GET' : 'POST', path, headers, JSON.stringify(json));
  return { status: answer.status, body: JSON.parse(answer.bytes.toString()) as Record<string, unknown> };
}

/** Each event twice: under one source and id it is kept once. */
async function send(org: string, user_id: string, count: number): Promise<void> {
  const common = (n: number) => ({
    source: 'ci',
    id: String(n),
    timestamp: `${DAY}T10:00:00Z`,
    user_id,
    team_id: `${org}-team`,
  });
  const command = (n: number) => ({
    ...common(n),
    command_name: `${org}-build`,
    execution_time_ms: 100,
    status: 'success',
  });
  const agentRun = (n: number) => ({
    ...common(n),
    agent_name: `${org}-coder`,
    interaction_type: 'task',
    input_tokens: 10,
  });
  const numbers = Array.from({ length: count }, (_, n) => n);
  const batch = {
    command_executions: numbers.map(command),
    agent_interactions: numbers.map(agentRun),
    productivity_metrics: [{ ...common(0), metric_name: 'token-budget', metric_value: 1_000 }],
  };
  for (const _ of ['first', 'again'])
    expect((await ask(org, '/api/metrics/batch', batch)).body).toMatchObject({ accepted: 2 * count + 1, rejected: 0 });
}

const entitiesOf = (body: Record<string, unknown>): { id: string; value: Record<string, unknown> }[] =>
  body['entities'] as { id: string; value: Record<string, unknown> }[];

async function computations(org: string): Promise<string[]> {
  const { body } = await ask(org, '/api/results');
  return (body['computations'] as { name: string }[]).map(({ name }) => name);
}

describe('of two organizations', () => {
  test('each reads its own of every computation, and nothing else', async () => {
    const names = await computations('acme');
    expect(names.length).toBeGreaterThanOrEqual(17);
    const told = new Map<string, number>();
    for (const [org, other] of [
      ['acme', 'acme-labs'],
      ['acme-labs', 'acme'],
    ] as const) {
      for (const name of names) {
        const { status, body } = await ask(org, `/api/results/${name}/${DAY}`);
        expect([name, status]).toEqual([name, 200]);
        expect(entitiesOf(body).filter(({ id }) => !id.startsWith(`${org}/`))).toEqual([]);
        told.set(name, (told.get(name) ?? 0) + entitiesOf(body).length);
        // Nor is there a word of the other's in the values.
        const text = JSON.stringify(entitiesOf(body).map(({ value }) => value));
        expect(text).not.toMatch(org === 'acme' ? /labs|bob/u : /acme-(?!labs)|ann/u);
        expect((await ask(org, `/api/results/${name}/${DAY}/entities/${encodeURIComponent(`${other}/`)}`)).status).toBe(
          404,
        );
        const range = await ask(
          org,
          `/api/results/${name}?from=${DAY}&to=${DAY}&entity=${encodeURIComponent(`${other}/`)}`,
        );
        expect(range.body).toEqual({ values: [] });
      }
    }
    // Hotspots want 50 runs before, of which there are none; all others have something to say.
    expect([...told].filter(([, count]) => count === 0).map(([name]) => name)).toEqual(['failure-hotspots']);
  });

  test('each has its own figures, of events that were sent twice and are kept once', async () => {
    for (const [org, user, count] of [
      ['acme', 'ann', 3],
      ['acme-labs', 'bob', 5],
    ] as const) {
      const whole = encodeURIComponent(`${org}/`);
      const own = await ask(org, `/api/results/command-day/${DAY}`);
      expect(entitiesOf(own.body)).toEqual([
        { id: `${org}/${user}`, value: expect.objectContaining({ runs: count }) as unknown },
      ]);
      const card = await ask(org, `/api/results/productivity-briefing/${DAY}/entities/${whole}`);
      expect(card.body['value']).toMatchObject({
        activeUsers: 1,
        commands: count,
        agentRuns: count,
        tokens: 10 * count,
      });
    }
  });

  test('a third has no results at all, and the names of computations', async () => {
    expect(await computations('globex')).toEqual(await computations('acme'));
    for (const name of await computations('globex'))
      expect((await ask('globex', `/api/results/${name}/${DAY}`)).body).toMatchObject({ entities: [] });
  });
});
