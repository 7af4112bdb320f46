/** A state file that fails, and a session that is none: the command ends, says why, and loses nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill, startDaymill } from './start-daymill.ts';

let project: ShopProject;
beforeEach(() => {
  project = shopProject();
});
afterEach(() => project.remove());

const MAIN = resolve(import.meta.dirname, '../../src/cli/main.ts');

/** Blocks of 512 bytes (1,024 where the shell counts so) that one file may have: the state takes more, and nothing else does. */
const ROOM = 1_000;

async function runWithoutRoom(): Promise<{ readonly code: number; readonly stderr: string }> {
  const child = spawn('/bin/sh', ['-c', `ulimit -f ${ROOM}; exec "$0" "$@"`, process.execPath, MAIN, 'run'], {
    cwd: project.root,
    env: { ...process.env, FORCE_COLOR: undefined, DAYMILL_HOME: project.home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stderr };
}

test('a disk that is full ends the run, and the next one goes on from there', { timeout: 120_000 }, async () => {
  const { code, stderr } = await runWithoutRoom();
  expect(stderr).toMatch(/^daymill: .*state\.sqlite could not be written: .*acknowledged before is safe\. Make room/m);
  expect(code).toBe(2);
  await expect.poll(() => project.processes(), { timeout: 60_000 }).toEqual([]);

  const again = await daymill(project, ['run', '--json']);
  expect(again).toMatchObject({ code: 0, stderr: '' });
  expect((await daymill(project, ['results', 'total-day', '2024-01-04', '--json'])).stdout).toContain('40');
});

test('pages that cannot be read end whatever reads them', { timeout: 120_000 }, async () => {
  expect((await daymill(project, ['run'])).code).toBe(0);
  const file = join(project.home, 'state.sqlite');
  const pages = Math.floor(readFileSync(file).length / 4_096);
  const descriptor = openSync(file, 'r+');
  // What the tables hold lies behind what says which tables there are.
  for (let page = 2; page < pages; page++)
    writeSync(descriptor, new Uint8Array(4_096).fill(0xa5), 0, 4_096, page * 4_096);
  closeSync(descriptor);
  const damaged = readFileSync(file);
  for (const command of ['run', 'plan']) {
    const { code, stderr } = await daymill(project, [command]);
    expect(stderr).toMatch(/state\.sqlite is (damaged|not a readable state file)/);
    expect(code).toBe(2);
  }
  expect(readFileSync(file).equals(damaged)).toBe(true);
});

test('an empty file and another program’s are left alone', async () => {
  mkdirSync(project.home, { recursive: true });
  writeFileSync(join(project.home, 'state.sqlite'), '');
  for (const command of ['run', 'plan', 'emulators']) {
    const { code, stderr } = await daymill(project, [command]);
    expect(stderr).toContain('is empty: no state file is');
    expect(code).toBe(2);
  }
});

test('a port that listens and says nothing is no session, and a session that stands still is named', async () => {
  expect((await daymill(project, ['run'])).code).toBe(0);
  const silent = createServer();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const env = { FIRESTORE_EMULATOR_HOST: host, GCE_METADATA_HOST: host };
  writeFileSync(join(project.home, 'local-cloud.json'), JSON.stringify({ pid: process.pid, env }));
  try {
    expect(await daymill(project, ['plan'])).toMatchObject({ code: 0, stderr: '' });
  } finally {
    silent.close();
  }

  const cloud = startDaymill(project, ['emulators']);
  await cloud.printed(/Ready/);
  cloud.child.kill('SIGSTOP');
  try {
    const planned = await daymill(project, ['plan']);
    expect(planned.stderr).toContain(`in use by another Daymill (process ${cloud.child.pid})`);
    expect(planned.code).toBe(2);
  } finally {
    cloud.child.kill('SIGCONT');
    cloud.child.kill('SIGINT');
  }
  expect((await cloud.ended).code).toBe(0);
});
