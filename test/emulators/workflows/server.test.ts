import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openState } from '../../../src/emulators/state.ts';
import type { State } from '../../../src/emulators/state.ts';
import { startWorkflows } from '../../../src/emulators/workflows/server.ts';
import type { WorkflowsEmulator } from '../../../src/emulators/workflows/server.ts';
import { connect, until } from '../../support/workflows-rest.ts';
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
    expect(lines).toContain(`workflows: INFO ${id} {"n":1}`);
    expect(lines).toContain(`workflows: ${name} FAILED: RuntimeError: "broken"\nin step "b", routine "main", line: 2`);
    expect(lines.some((line) => /^workflows: POST \/v1\/.*executions 200$/.test(line))).toBe(true);
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
