/** What a process that is killed leaves behind, the next one takes up. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../../../src/emulators/state.ts';
import { startWorkflows } from '../../../src/emulators/workflows/server.ts';
import { manualTimers } from '../../support/manual-timers.ts';
import { connect, startTarget, until } from '../../support/workflows-rest.ts';
import type { Rest, Target } from '../../support/workflows-rest.ts';

const SCRIPT = fileURLToPath(new URL('../../support/workflows-process.ts', import.meta.url));

const WAITING = `
main:
  params: [url]
  steps:
    - init: {assign: [{seen: []}]}
    - passes:
        for:
          value: pass
          range: [1, 3]
          steps:
            - note: {assign: [{begun: "\${sys.now()}"}, {id: "\${uuid.generate()}"}]}
            - make: {call: events.create_callback_endpoint, result: cb}
            - start: {call: http.post, args: {url: "\${url}", body: {pass: "\${pass}", callback: "\${cb.url}", id: "\${id}"}}}
            - wait: {call: events.await_callback, args: {callback: "\${cb}", timeout: 600}, result: got}
            - keep: {assign: [{seen: "\${list.concat(seen, [pass, got.http_request.body, id, begun])}"}]}
    - done: {return: "\${seen}"}
`;

interface Start {
  pass: number;
  callback: string;
  id: string;
}

describe('after kill -9', () => {
  let folder: string;
  let target: Target;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'workflows-'));
    target = await startTarget();
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await target.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const serve = async (port: number): Promise<{ rest: Rest; port: number }> => {
    child = fork(SCRIPT, [join(folder, 'state.db'), String(port)]);
    const [message] = (await once(child, 'message')) as [{ port: number }];
    return { rest: connect(`http://127.0.0.1:${message.port}`, 'projects/test/locations/local'), port: message.port };
  };
  const kill = async (): Promise<void> => {
    const ended = child === undefined ? undefined : once(child, 'exit');
    child?.kill('SIGKILL');
    await ended;
  };

  test('an execution that waits for a callback still waits, with all that it knew', async () => {
    const starts: Start[] = [];
    target.handle('/start', (request) => {
      starts.push(request.json as Start);
      return { body: null };
    });
    let { rest, port } = await serve(0);
    await rest.deploy('waiting', WAITING);
    const { name } = await rest.execute('waiting', `${target.url}/start`);
    const waiting = (callback: string): Promise<true> =>
      until(async () => {
        const { body } = await rest.send('GET', `${name}/callbacks`);
        const list = (body as { callbacks?: { name: string; waiters: string }[] }).callbacks ?? [];
        return list.some((one) => callback.endsWith(one.name) && one.waiters === '1') ? true : undefined;
      });
    for (const pass of [1, 2, 3]) {
      const start = await until(() => starts.find((one) => one.pass === pass));
      await waiting(start.callback);
      await kill();
      ({ rest } = await serve(port));
      await waiting(start.callback);
      expect((await rest.send('POST', start.callback, `of ${pass}`)).code).toBe(200);
    }
    const ended = await rest.ended(name);
    expect(ended.state).toBe('SUCCEEDED');
    const seen = JSON.parse(ended.result) as [number, string, string, number][];
    expect(seen.map(([pass, body]) => [pass, body])).toEqual([
      [1, 'of 1'],
      [2, 'of 2'],
      [3, 'of 3'],
    ]);
    // No call was made twice, and ids and times are those of the first run.
    expect(starts).toHaveLength(3);
    expect(seen.map(([, , id]) => id)).toEqual(starts.map(({ id }) => id));
    expect(seen.map(([, , , begun]) => begun)).toEqual(seen.map(([, , , begun]) => begun).toSorted((a, b) => a - b));
  });

  test('a callback that was answered with 200 is not lost, whenever the process dies', async () => {
    const starts: Start[] = [];
    target.handle('/start', (request) => {
      starts.push(request.json as Start);
      return { body: null };
    });
    let { rest, port } = await serve(0);
    await rest.deploy('waiting', WAITING);
    const names: string[] = [];
    for (let i = 0; i < 10; i++) names.push((await rest.execute('waiting', `${target.url}/start`)).name);
    const acknowledged = new Set<string>();
    for (let round = 0; round < 3; round++) {
      const pending = await until(() => {
        const open = starts.filter(({ callback, pass }) => pass === round + 1 && !acknowledged.has(callback));
        return new Set(open.map(({ callback }) => callback)).size === names.length ? open : undefined;
      });
      const callbacks = [...new Set(pending.map(({ callback }) => callback))];
      // Half of the callbacks race with the kill; those that got no 200 are sent again afterwards.
      const sent = callbacks.slice(0, 5).map(async (callback) => {
        const { code } = await rest.send('POST', callback, callback);
        if (code === 200) acknowledged.add(callback);
      });
      await Promise.race(sent);
      await kill();
      await Promise.allSettled(sent);
      ({ rest } = await serve(port));
      for (const callback of callbacks.filter((one) => !acknowledged.has(one))) {
        const { code } = await rest.send('POST', callback, callback);
        // It may have arrived without its answer having come back: then it waits to be read, or has been read.
        expect([200, 404, 429]).toContain(code);
        acknowledged.add(callback);
      }
    }
    const ended = await Promise.all(names.map((name) => rest.ended(name)));
    expect(ended.map(({ state }) => state)).toEqual(names.map(() => 'SUCCEEDED'));
    for (const { result } of ended) {
      const seen = JSON.parse(result) as [number, string][];
      const expected = seen.map(
        ([pass, body]) => starts.find((one) => one.pass === pass && one.callback === body)?.callback,
      );
      expect(seen.map(([, body]) => body)).toEqual(expected);
    }
  });

  test('an HTTP call that was under way is sent again', async () => {
    let calls = 0;
    target.handle('/slow', () => (++calls === 1 ? new Promise(() => {}) : { body: calls }));
    let { rest, port } = await serve(0);
    await rest.deploy(
      'calling',
      'main: {params: [u], steps: [{a: {call: http.get, args: {url: "${u}"}, result: r}}, {b: {return: "${r.body}"}}]}',
    );
    const { name } = await rest.execute('calling', `${target.url}/slow`);
    await until(() => (calls === 1 ? true : undefined));
    await kill();
    ({ rest } = await serve(port));
    expect((await rest.ended(name)).result).toBe('2');
  });

  test('an execution whose journal does not fit fails and says so', async () => {
    const file = join(folder, 'foreign.db');
    const first = openState(file);
    const before = await startWorkflows({ state: first, projectId: 'test' });
    const rest = connect(`http://127.0.0.1:${before.port}`, 'projects/test/locations/local');
    await rest.deploy('foreign', '- a: {call: sys.sleep, args: {seconds: 3600}}');
    const { name } = await rest.execute('foreign');
    await until(() => (first.db.prepare('SELECT * FROM workflows_journal').get() === undefined ? undefined : true));
    await before.close();
    first.db.exec(
      "UPDATE workflows_definitions SET resource = json_set(resource, '$.sourceContents', '- a: {return: 1}')",
    );
    await first.close();
    const second = openState(file);
    const after = await startWorkflows({ state: second, projectId: 'test' });
    const ended = await connect(`http://127.0.0.1:${after.port}`, 'projects/test/locations/local').ended(name);
    expect(ended.state).toBe('FAILED');
    expect(JSON.parse(ended.error.payload)).toMatchObject({ tags: ['SystemError'] });
    await after.close();
    await second.close();
  });

  test('the deadline of a sleep stays where it was', async () => {
    const file = join(folder, 'clock.db');
    const timers = manualTimers(1_700_000_000_000);
    const time = { clock: timers.now, after: timers.after };
    const source = '- a: {call: sys.sleep, args: {seconds: 3600}}\n- b: {return: "${sys.now()}"}';
    const first = openState(file);
    const before = await startWorkflows({ state: first, projectId: 'test', ...time });
    const rest = connect(`http://127.0.0.1:${before.port}`, 'projects/test/locations/local');
    await rest.deploy('sleeping', source);
    const { name } = await rest.execute('sleeping');
    await until(() => (timers.waits()[0] === 3_600_000 ? true : undefined));
    timers.advance(3_000_000);
    await before.close();
    await first.close();

    const second = openState(file);
    const resumed = await startWorkflows({ state: second, projectId: 'test', ...time });
    const again = connect(`http://127.0.0.1:${resumed.port}`, 'projects/test/locations/local');
    await until(() => (timers.waits()[0] === 600_000 ? true : undefined));
    expect(((await again.send('GET', name)).body as { state: string }).state).toBe('ACTIVE');
    timers.advance(600_000);
    const ended = await again.ended(name);
    expect(JSON.parse(ended.result)).toBe(1_700_003_600);
    expect(ended['duration']).toBe('3600.000s');
    await resumed.close();
    await second.close();
  });
});
