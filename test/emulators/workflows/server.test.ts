import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../../../src/emulators/state.ts';
import type { State } from '../../../src/emulators/state.ts';
import { startWorkflows } from '../../../src/emulators/workflows/server.ts';
import type { WorkflowsEmulator } from '../../../src/emulators/workflows/server.ts';
import { connect, startTarget, until } from '../../support/workflows-rest.ts';
import type { Rest } from '../../support/workflows-rest.ts';

describe('the server', () => {
  let state: State;
  let emulator: WorkflowsEmulator;
  let rest: Rest;
  const lines: string[] = [];
  beforeEach(async () => {
    lines.length = 0;
    state = openState(':memory:');
    emulator = await startWorkflows({ state, projectId: 'test', log: (line) => void lines.push(line) });
    rest = connect(`http://127.0.0.1:${emulator.port}`, 'projects/test/locations/local');
  });
  afterEach(async () => {
    await emulator.close();
    await state.close();
  });

  test('rejects when its port is taken', async () => {
    const other = openState(':memory:');
    const started = startWorkflows({ state: other, projectId: 'test', port: emulator.port });
    await expect(started).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await other.close();
  });

  test.each([
    ['GET', 'nothing', undefined, 501, 'UNIMPLEMENTED'],
    ['PUT', 'projects/test/locations/local/workflows', {}, 501, 'UNIMPLEMENTED'],
    ['GET', 'projects/other/locations/local/workflows', undefined, 403, 'PERMISSION_DENIED'],
    ['POST', 'projects/test/locations/local/workflows?workflowId=w', 'text', 400, 'INVALID_ARGUMENT'],
    ['GET', 'projects/test/locations/local/workflows?filter=a', undefined, 501, 'UNIMPLEMENTED'],
    ['GET', 'projects/test/locations/local/workflows?pageToken=x', undefined, 400, 'INVALID_ARGUMENT'],
  ])('%s %s with %j is %i %s', async (method, path, body, code, status) => {
    expect(await rest.send(method, path, body)).toMatchObject({ code, body: { error: { code, status } } });
  });

  test('refuses a request that is too large, and goes on', async () => {
    const sourceContents = 'x'.repeat(5 * 1024 * 1024);
    const answer = rest.send('POST', `${rest.parent}/workflows?workflowId=w`, { sourceContents });
    await expect(answer.then(({ code }) => code).catch(() => 400)).resolves.toBe(400);
    await rest.deploy('w', '- a: {return: 1}');
  });

  test('logs requests, sys.log and how executions end', async () => {
    await rest.deploy('logging', '- a: {call: sys.log, args: {json: {n: 1}, severity: INFO}}\n- b: {raise: broken}');
    const { name } = await rest.run('logging');
    const id = name.split('/').at(-1);
    expect(lines).toContain(`Workflows: INFO ${id} {"n":1}`);
    expect(lines).toContain(`Workflows: ${name} FAILED: RuntimeError: "broken"\nin step "b", routine "main", line: 2`);
    expect(lines.some((line) => /^Workflows: POST \/v1\/.*executions 200$/.test(line))).toBe(true);
  });

  test('clear forgets everything, running executions too', async () => {
    await rest.deploy('sleeping', '- a: {call: sys.sleep, args: {seconds: 3600}}');
    const { name } = await rest.execute('sleeping');
    await until(async () => ((await rest.send('GET', name)).body as { status?: object }).status && true);
    await emulator.clear();
    expect((await rest.send('GET', name)).code).toBe(404);
    expect((await rest.send('GET', `${rest.parent}/workflows`)).body).toEqual({ workflows: [] });
    for (const table of ['definitions', 'executions', 'journal', 'callbacks']) {
      expect(state.db.prepare(`SELECT COUNT(*) AS n FROM workflows_${table}`).get()).toEqual({ n: 0 });
    }
    await rest.deploy('sleeping', '- a: {return: 1}');
    expect((await rest.run('sleeping')).result).toBe('1');
  });

  test('runs nothing any more once it is closed, and goes on when it is started again', async () => {
    const target = await startTarget();
    let calls = 0;
    target.handle('/tick', () => ({ body: ++calls }));
    await rest.deploy(
      'ticking',
      'main: {params: [u], steps: [{a: {call: http.get, args: {url: "${u}"}, result: r}}, {b: {switch: [{condition: "${r.body < 60}", next: a}]}}, {c: {return: "${r.body}"}}]}',
    );
    const { name } = await rest.execute('ticking', `${target.url}/tick`);
    for (let round = 1; round <= 5; round++) {
      const before = calls;
      await until(() => (calls > before ? true : undefined));
      await emulator.close();
      // What was on its way may still arrive; the answers start nothing.
      await until(async () => {
        const seen = calls;
        for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
        return seen === calls ? true : undefined;
      });
      const stopped = calls;
      for (let turn = 0; turn < 500; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(calls).toBe(stopped);
      emulator = await startWorkflows({ state, projectId: 'test' });
      rest = connect(`http://127.0.0.1:${emulator.port}`, 'projects/test/locations/local');
    }
    expect((await rest.ended(name)).state).toBe('SUCCEEDED');
    await target.close();
  });

  test('starts nothing that a turn opened when it is closed while that turn is written', async () => {
    const target = await startTarget();
    let calls = 0;
    target.handle('/tick', () => ({ body: ++calls }));
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    // The writes are: the workflow, the execution, and the execution's first turn, which is held up.
    let writes = 0;
    const slow: State = {
      ...state,
      write: (work) => (++writes === 3 ? held.then(() => state.write(work)) : state.write(work)),
    };
    const other = await startWorkflows({ state: slow, projectId: 'slow' });
    const slowRest = connect(`http://127.0.0.1:${other.port}`, 'projects/slow/locations/local');
    await slowRest.deploy('calling', `- a: {call: http.get, args: {url: "${target.url}/tick"}}\n- b: {return: 1}`);
    const { name } = await slowRest.execute('calling');
    await until(() => (writes === 3 ? true : undefined));
    const closed = other.close();
    letGo();
    await closed;
    await fetch(`${target.url}/other`); // a call sent before this one would have been seen
    expect(calls).toBe(0);

    const again = await startWorkflows({ state, projectId: 'slow' });
    expect((await connect(`http://127.0.0.1:${again.port}`, 'projects/slow/locations/local').ended(name)).result).toBe(
      '1',
    );
    expect(calls).toBe(1);
    await again.close();
    await target.close();
  });

  test('keeps nothing of an ended execution but its resource', async () => {
    await rest.deploy(
      'callback',
      '- a: {call: events.create_callback_endpoint}\n- b: {call: sys.sleep, args: {seconds: 0}}',
    );
    expect((await rest.run('callback')).state).toBe('SUCCEEDED');
    for (const table of ['journal', 'callbacks']) {
      expect(state.db.prepare(`SELECT COUNT(*) AS n FROM workflows_${table}`).get()).toEqual({ n: 0 });
    }
  });
});
