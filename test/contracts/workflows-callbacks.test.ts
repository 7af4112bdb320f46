/**
 * A workflow that loops over passes, starts work over HTTP and waits for callbacks.
 * Over REST only. WORKFLOWS_HOST (with WORKFLOWS_TOKEN) points it to another server.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServices, until } from '../support/workflows-rest.ts';
import type { Services } from '../support/workflows-rest.ts';

const PASSES = `
main:
  params: [input]
  steps:
    - init:
        assign:
          - base_url: \${input.baseUrl}
          - run_id: \${sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}
          - max_passes: \${default(map.get(input, "maxPasses"), 3)}
          - max_tries: \${default(map.get(input, "maxTries"), 3)}
          - pass_ok: false
          - cb_body: null
          - last_error: ""
    - passes:
        for:
          value: pass
          range: \${[1, max_passes]}
          steps:
            - reset_pass: {assign: [{pass_ok: false}]}
            - tries:
                for:
                  value: attempt
                  range: \${[1, max_tries]}
                  steps:
                    - new_callback:
                        call: events.create_callback_endpoint
                        args: {http_callback_method: "POST"}
                        result: cb
                    - one_try:
                        try:
                          steps:
                            - start_pass:
                                try:
                                  call: http.post
                                  args:
                                    url: \${base_url + "/startPass"}
                                    timeout: 300
                                    auth: {type: OIDC, audience: "\${base_url}"}
                                    body: {runId: "\${run_id}", pass: "\${pass}", attempt: "\${attempt}", callbackUrl: "\${cb.url}"}
                                  result: started
                                retry: \${http.default_retry}
                            - wait_pass:
                                call: events.await_callback
                                args: {callback: "\${cb}", timeout: 3600}
                                result: cb_req
                            - read_body:
                                assign:
                                  - cb_body: \${cb_req.http_request.body}
                                  - pass_ok: \${default(map.get(cb_body, "status"), "") == "ok"}
                        except:
                          as: e
                          steps:
                            - note_error: {assign: [{last_error: "\${default(map.get(e, \\"message\\"), \\"unknown\\")}"}]}
                    - stop_when_ok:
                        switch: [{condition: "\${pass_ok}", next: break}]
            - give_up:
                switch:
                  - condition: \${not pass_ok}
                    raise: {message: '\${"pass " + string(pass) + " failed: " + last_error}', pass: "\${pass}"}
    - finish: {return: "\${cb_body}"}
`;

describe('a workflow that waits for callbacks', () => {
  let services: Services;
  beforeAll(async () => {
    services = await startServices();
  });
  afterAll(() => services.close());

  test('runs pass after pass, each on its own callback', async () => {
    const { target, rest } = services;
    const starts: { pass: number; attempt: number; runId: string; callbackUrl: string; authorization: string }[] = [];
    target.handle('/startPass', async (request) => {
      const start = { ...(request.json as (typeof starts)[0]), authorization: request.headers['authorization'] ?? '' };
      starts.push(start);
      // The callback may come before the workflow waits for it.
      const response = await rest.send('POST', start.callbackUrl, { status: 'ok', pass: start.pass });
      return { code: response.code };
    });
    await rest.deploy('passes', PASSES);
    const execution = await rest.execute('passes', { baseUrl: target.url, maxPasses: 3 });
    const ended = await rest.ended(execution.name);
    expect(ended).toMatchObject({ state: 'SUCCEEDED' });
    expect(JSON.parse(ended.result)).toEqual({ status: 'ok', pass: 3 });
    expect(starts.map(({ pass, attempt }) => [pass, attempt])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(new Set(starts.map(({ callbackUrl }) => callbackUrl)).size).toBe(3);
    expect(execution.name.endsWith(starts[0]?.runId ?? '-')).toBe(true);
    const [, claims = ''] = (starts[0]?.authorization ?? '').replace('Bearer ', '').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({ aud: target.url });
  });

  test('tries a pass again when its callback says that it failed, then fails with the raised map', async () => {
    const { target, rest } = services;
    let starts = 0;
    target.handle('/startPass', async (request) => {
      starts++;
      await rest.send('POST', (request.json as { callbackUrl: string }).callbackUrl, { status: 'broken' });
      return { code: 200 };
    });
    await rest.deploy('failing', PASSES);
    const ended = await rest.run('failing', { baseUrl: target.url, maxTries: 2 });
    expect(ended.state).toBe('FAILED');
    expect(JSON.parse(ended.error.payload)).toEqual({ message: 'pass 1 failed: ', pass: 1 });
    expect(ended.error.context).toContain('in step "give_up", routine "main", line: 5');
    expect(starts).toBe(2);
  });

  test('a callback endpoint takes one callback until it is read, its own method, and a bearer token', async () => {
    const { rest } = services;
    await rest.deploy(
      'slots',
      `
- make: {call: events.create_callback_endpoint, args: {http_callback_method: PUT}, result: cb}
- other: {call: events.create_callback_endpoint, result: gate}
- first: {call: events.await_callback, args: {callback: "\${gate}"}, result: opened}
- second: {call: events.await_callback, args: {callback: "\${cb}"}, result: one}
- third: {call: events.await_callback, args: {callback: "\${cb}"}, result: two}
- finish: {return: ["\${one.http_request.body}", "\${two.http_request.body}", "\${one.http_request.query}", "\${one.type}"]}
`,
    );
    const { name } = await rest.execute('slots');
    const callbacks = await until(async () => {
      const { body } = await rest.send('GET', `${name}/callbacks`);
      const list = (body as { callbacks?: { name: string; method: string; waiters: string }[] }).callbacks ?? [];
      return list.some(({ waiters }) => waiters === '1') ? list : undefined;
    });
    const put = callbacks.find(({ method }) => method === 'PUT')?.name ?? '';
    const gate = callbacks.find(({ method }) => method === 'POST')?.name ?? '';
    expect((await rest.send('PUT', put, 1, { authorization: '' })).code).toBe(401);
    expect((await rest.send('PUT', put, 1, { authorization: 'Basic abc' })).code).toBe(403);
    expect((await rest.send('POST', put, 1)).code).toBe(404);
    expect((await rest.send('PUT', `${put}?day=1`, 'early')).code).toBe(200);
    expect((await rest.send('PUT', put, 'too early')).code).toBe(429);
    expect((await rest.send('POST', gate, {})).code).toBe(200);
    const sent = await until(async () => ((await rest.send('PUT', put, 'late')).code === 200 ? true : undefined));
    expect(sent).toBe(true);
    const ended = await rest.ended(name);
    expect(JSON.parse(ended.result)).toEqual(['early', 'late', { day: '1' }, 'HTTP']);
    expect((await rest.send('PUT', put, 'too late')).code).toBe(404);
    expect((await rest.send('GET', `${name}/callbacks`)).body).toEqual({});
  });

  test('a cancelled execution takes no callback, and cannot be cancelled twice', async () => {
    const { rest } = services;
    await rest.deploy(
      'waiting',
      `
- make: {call: events.create_callback_endpoint, result: cb}
- wait: {call: events.await_callback, args: {callback: "\${cb}"}}
`,
    );
    const { name } = await rest.execute('waiting');
    const callback = await until(async () => {
      const { body } = await rest.send('GET', `${name}/callbacks`);
      return (body as { callbacks?: { name: string }[] }).callbacks?.[0]?.name;
    });
    expect((await rest.send('POST', `${name}:cancel`, {})).body).toMatchObject({ state: 'CANCELLED' });
    expect((await rest.ended(name)).state).toBe('CANCELLED');
    expect((await rest.send('POST', callback, {})).code).toBe(404);
    expect((await rest.send('POST', `${name}:cancel`, {})).code).toBe(400);
  });
});
