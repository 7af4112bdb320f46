/** Commands that stay: the emulators alone, the development loop, and a run that is told to stop. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWire, ROOT } from '../emulators/firestore/firestore-wire.ts';
import { SESSION_VARIABLE } from '../../src/cli/local/run-cloud.ts';
import { daymill, startDaymill } from './start-daymill.ts';
import { type ShopProject, shopProject } from './shop-project.ts';

let project: ShopProject;
beforeEach(() => {
  project = shopProject();
});
afterEach(() => project.remove());

test('emulators say where they are, lend their state to commands that look, and stop clean', async () => {
  const cloud = startDaymill(project, ['emulators', '--env-out', 'local.env']);
  await cloud.printed(/Ready/);
  const variables = new Map(
    readFileSync(join(project.root, 'local.env'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
  const firestore = variables.get('FIRESTORE_EMULATOR_HOST') ?? '';
  expect(await listens(firestore)).toBe(true);

  const planned = await daymill(project, ['plan']);
  expect(planned).toMatchObject({ code: 0, stderr: '' });
  const run = await daymill(project, ['run']);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain(`in use by another Daymill (process ${cloud.child.pid})`);
  const port = firestore.split(':')[1] ?? '';
  const second = await daymill(project, ['emulators', '--state', ':memory:', '--firestore-port', port]);
  expect(second.code).toBe(2);
  expect(second.stderr).toContain(`cannot listen on 127.0.0.1:${port}`);

  cloud.child.kill('SIGINT');
  expect((await cloud.ended).code).toBe(0);
  expect(await listens(firestore)).toBe(false);
  expect(existsSync(join(project.home, 'local-cloud.json'))).toBe(false);
  expect(project.processes()).toEqual([]);
});

test.for([
  [[], 'requires an index'],
  [['--no-require-indexes'], 'answered'],
] as const)('emulators %j: a query without its index is %s', async ([options, outcome]) => {
  writeFileSync(join(project.root, 'firestore.indexes.json'), '{"indexes": []}');
  const cloud = startDaymill(project, ['emulators', '--env-out', 'local.env', ...options]);
  await cloud.printed(/Ready/);
  const [, port] =
    /FIRESTORE_EMULATOR_HOST=127\.0\.0\.1:(\d+)/.exec(readFileSync(join(project.root, 'local.env'), 'utf8')) ?? [];
  const wire = openWire(Number(port));
  const orderBy = ['a', 'b'].map((fieldPath) => ({ field: { fieldPath } }));
  const query = { parent: ROOT, structuredQuery: { from: [{ collectionId: 'c' }], orderBy } };
  const answer = await wire.call('RunQuery', query).then(
    () => 'answered',
    (error: Error) => error.message,
  );
  expect(answer).toContain(outcome);
  wire.close();
  cloud.child.kill('SIGINT');
  expect((await cloud.ended).code).toBe(0);
});

test('a session that was killed is not taken for one that runs', async () => {
  const cloud = startDaymill(project, ['emulators']);
  await cloud.printed(/Ready/);
  cloud.child.kill('SIGKILL');
  await cloud.ended;
  expect(existsSync(join(project.home, 'local-cloud.json'))).toBe(true);
  expect(await daymill(project, ['plan'])).toMatchObject({ code: 0, stderr: '' });
});

test('a run that another session started does not join this one', async () => {
  const dev = startDaymill(project, ['dev']);
  await dev.printed(/Watching\./);
  process.env[SESSION_VARIABLE] = '1';
  try {
    const { code, stderr } = await daymill(project, ['run']);
    expect(stderr).toContain('the session 1 that started this run is gone');
    expect(code).toBe(1);
  } finally {
    delete process.env[SESSION_VARIABLE];
    dev.child.kill('SIGINT');
  }
  expect((await dev.ended).code).toBe(0);
});

test(
  'dev plans at each change, runs on Enter with the new code, and ends its functions',
  { timeout: 120_000 },
  async () => {
    const dev = startDaymill(project, ['dev']);
    await dev.printed(/14 cells would run.*\s+Enter runs it\. Watching\./);
    dev.child.stdin.write('\n');
    await dev.printed(/Done\. 2024-01-04: 14 cells ran, 2 impossible; .*\s+Watching\./);

    project.edit('computations/in-euros.ts', 'total.amount * rate', 'total.amount * rate * 10');
    await dev.printed(/in-euros +rerun +3 .*changed: code/);
    await dev.printed(/3 cells would run and up to 3 more/);
    dev.child.stdin.write('\n');
    await dev.printed(/best-day .*1600 in 3 days/);
    const found = await daymill(project, ['results', 'in-euros', '2024-01-04', '--json']);
    expect(found.json()).toMatchObject({ value: 1600 });

    dev.child.kill('SIGINT');
    expect((await dev.ended).code).toBe(0);
    expect(project.processes()).toEqual([]);
  },
);

test('a run that is interrupted ends its functions and says that what was committed stays', async () => {
  project.edit('computations/total-day.ts', 'return { amount };', 'await new Promise(() => {}); return { amount };');
  const run = startDaymill(project, ['run']);
  await run.printed(/pass 1 {2}4 cells/);
  run.child.kill('SIGINT');
  const { code, stderr } = await run.ended;
  expect(code).toBe(130);
  expect(stderr).toContain('What was committed stays');
  expect(project.processes()).toEqual([]);
  const { stdout } = await daymill(project, ['results', 'shop-day', '2024-01-01']);
  expect(stdout).toContain('2 entities');
});

function listens(address: string): Promise<boolean> {
  const [host = '', port] = address.split(':');
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}
