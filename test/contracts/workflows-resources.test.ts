/** Workflows and executions as resources, over REST only. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServices } from '../support/workflows-rest.ts';
import type { Services } from '../support/workflows-rest.ts';

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

const ONE = '- a: {return: 1}';
const TWO = '- a: {return: 2}';

describe('workflows', () => {
  test('create, get, update, list and delete, each answered by an operation that is done', async () => {
    const { rest } = services;
    const name = `${rest.parent}/workflows/resource`;
    const created = await rest.send('POST', `${rest.parent}/workflows?workflowId=resource`, {
      sourceContents: ONE,
      description: 'first',
      labels: { team: 'a' },
    });
    expect(created).toMatchObject({
      code: 200,
      body: {
        done: true,
        metadata: { target: name, verb: 'create' },
        response: { '@type': 'type.googleapis.com/google.cloud.workflows.v1.Workflow', name, state: 'ACTIVE' },
      },
    });
    const first = (await rest.send('GET', name)).body as Record<string, string>;
    expect(first).toMatchObject({ sourceContents: ONE, description: 'first', labels: { team: 'a' } });
    expect(first['revisionId']).toMatch(/^000001-[0-9a-f]{3}$/);

    const updated = await rest.send('PATCH', `${name}?updateMask=sourceContents`, {
      sourceContents: TWO,
      description: 'no',
    });
    expect(updated).toMatchObject({
      code: 200,
      body: { metadata: { verb: 'update' }, response: { sourceContents: TWO } },
    });
    const second = (await rest.send('GET', name)).body as Record<string, string>;
    expect(second).toMatchObject({ description: 'first', createTime: first['createTime'] });
    expect(second['revisionId']).toMatch(/^000002-/);
    expect((await rest.send('GET', `${name}?revisionId=${first['revisionId']}`)).body).toMatchObject({
      sourceContents: ONE,
    });
    // A client may send the whole resource back: only the mask counts.
    const masked = { ...second, description: 'masked' };
    expect((await rest.send('PATCH', `${name}?updateMask=description`, masked)).code).toBe(200);
    expect((await rest.send('GET', name)).body).toMatchObject({ ...masked, updateTime: expect.any(String) });
    await rest.send('PATCH', name, { description: 'second' });
    expect((await rest.send('GET', name)).body).toMatchObject({
      description: 'second',
      revisionId: second['revisionId'],
    });

    const listed = (await rest.send('GET', `${rest.parent}/workflows`)).body as { workflows: { name: string }[] };
    expect(listed.workflows.filter((workflow) => workflow.name === name)).toHaveLength(1);
    expect((await rest.send('DELETE', name)).body).toMatchObject({ done: true, metadata: { verb: 'delete' } });
    expect((await rest.send('GET', name)).code).toBe(404);
  });

  test.each([
    ['POST', 'workflows?workflowId=1st', { sourceContents: ONE }, 400, 'INVALID_ARGUMENT'],
    ['POST', 'workflows?workflowId=ends-', { sourceContents: ONE }, 400, 'INVALID_ARGUMENT'],
    ['POST', 'workflows?workflowId=w', {}, 400, 'INVALID_ARGUMENT'],
    ['POST', 'workflows?workflowId=w', { sourceContents: '- a: {call: nothing}' }, 400, 'INVALID_ARGUMENT'],
    [
      'POST',
      'workflows?workflowId=w',
      { sourceContents: ONE, userEnvVars: { GOOGLE_X: 'a' } },
      400,
      'INVALID_ARGUMENT',
    ],
    ['POST', 'workflows?workflowId=w', { sourceContents: ONE, cryptoKeyName: 'k' }, 501, 'UNIMPLEMENTED'],
    ['GET', 'workflows/none', undefined, 404, 'NOT_FOUND'],
    ['PATCH', 'workflows/none', { sourceContents: ONE }, 404, 'NOT_FOUND'],
    ['DELETE', 'workflows/none', undefined, 404, 'NOT_FOUND'],
    ['POST', 'workflows/none/executions', {}, 404, 'NOT_FOUND'],
    ['GET', 'workflows/none/executions/e', undefined, 404, 'NOT_FOUND'],
    ['GET', 'workflows/none/executions/e/callbacks', undefined, 404, 'NOT_FOUND'],
  ])('%s %s %j is %i', async (method, path, body, code, status) => {
    const answer = await services.rest.send(method, `${services.rest.parent}/${path}`, body);
    expect(answer).toMatchObject({ code, body: { error: { code, status } } });
  });

  test('the same name twice is ALREADY_EXISTS, and a refused source says line and column', async () => {
    const { rest } = services;
    await rest.deploy('twice', ONE);
    const again = await rest.send('POST', `${rest.parent}/workflows?workflowId=twice`, { sourceContents: ONE });
    expect(again).toMatchObject({ code: 409, body: { error: { status: 'ALREADY_EXISTS' } } });
    const refused = await rest.send('PATCH', `${rest.parent}/workflows/twice`, { sourceContents: '- a: {next: b}' });
    expect(JSON.stringify(refused.body)).toContain('1:7: there is no step');
  });
});

describe('executions', () => {
  test('run the revision that was current when they began', async () => {
    const { rest } = services;
    await rest.deploy(
      'pinned',
      '- a: {call: events.create_callback_endpoint, result: cb}\n- b: {call: events.await_callback, args: {callback: "${cb}"}}\n- c: {return: old}',
    );
    const { name } = await rest.execute('pinned');
    await rest.send('PATCH', `${rest.parent}/workflows/pinned`, { sourceContents: '- a: {return: new}' });
    let callback: string | undefined;
    while (callback === undefined) {
      const { body } = await rest.send('GET', `${name}/callbacks`);
      callback = (body as { callbacks?: { name: string }[] }).callbacks?.[0]?.name;
    }
    await rest.send('POST', callback, {});
    expect((await rest.ended(name)).result).toBe('"old"');
    expect((await rest.run('pinned')).result).toBe('"new"');
  });

  test('are answered as the API shapes them', async () => {
    const { rest } = services;
    await rest.deploy('shape', 'main: {params: [input], steps: [{a: {return: "${input}"}}]}');
    const created = await rest.execute('shape', { a: 1 });
    expect(created).toMatchObject({ state: 'ACTIVE', argument: '{"a":1}' });
    const ended = await rest.ended(created.name);
    expect(ended).toMatchObject({ name: created.name, state: 'SUCCEEDED', result: '{"a":1}', argument: '{"a":1}' });
    expect(ended['workflowRevisionId']).toMatch(/^000001-/);
    expect(ended['duration']).toMatch(/^\d+\.\d+s$/);
    expect(ended['endTime']).toMatch(/Z$/);
    expect((await rest.run('shape')).result).toBe('null');
  });

  test('are listed newest first, by pages, without their results unless asked for', async () => {
    const { rest } = services;
    await rest.deploy('listed', 'main: {params: [n], steps: [{a: {return: "${n}"}}]}');
    const names: string[] = [];
    for (const n of [1, 2, 3]) names.unshift((await rest.run('listed', n)).name);
    const base = `${rest.parent}/workflows/listed/executions`;
    const first = (await rest.send('GET', `${base}?pageSize=2`)).body as {
      executions: { name: string }[];
      nextPageToken: string;
    };
    const second = (await rest.send('GET', `${base}?pageSize=2&pageToken=${first.nextPageToken}`)).body as typeof first;
    expect([...first.executions, ...second.executions].map(({ name }) => name)).toEqual(names);
    expect(second.nextPageToken).toBeUndefined();
    expect(first.executions[0]).not.toHaveProperty('result');
    const full = (await rest.send('GET', `${base}?view=FULL`)).body as { executions: { result: string }[] };
    expect(full.executions.map(({ result }) => result)).toEqual(['3', '2', '1']);
  });

  test.each([
    ['not JSON', '{'],
    ['not a string', 1],
    ['above 32 KiB', JSON.stringify('x'.repeat(32 * 1024))],
  ])('an argument that is %s is refused', async (_, argument) => {
    const { rest } = services;
    await rest.send('POST', `${rest.parent}/workflows?workflowId=arguments`, { sourceContents: ONE });
    const answer = await rest.send('POST', `${rest.parent}/workflows/arguments/executions`, { argument });
    expect(answer).toMatchObject({ code: 400, body: { error: { status: 'INVALID_ARGUMENT' } } });
  });

  test('deleting a workflow cancels its executions', async () => {
    const { rest } = services;
    await rest.deploy('deleted', '- a: {call: sys.sleep, args: {seconds: 3600}}');
    const { name } = await rest.execute('deleted');
    expect((await rest.send('DELETE', `${rest.parent}/workflows/deleted`)).code).toBe(200);
    expect((await rest.send('GET', name)).code).toBe(404);
    await rest.deploy('deleted', ONE);
    expect((await rest.run('deleted')).result).toBe('1');
  });
});
