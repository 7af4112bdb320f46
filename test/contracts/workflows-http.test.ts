/** http.* against a real server, over REST only. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServices } from '../support/workflows-rest.ts';
import type { Services, TargetRequest } from '../support/workflows-rest.ts';

let services: Services;
beforeAll(async () => {
  services = await startServices();
});
afterAll(() => services.close());

const resultOf = async (source: string): Promise<unknown> => {
  const { state, result, error } = await services.rest.evaluate(source);
  if (state !== 'SUCCEEDED') throw new Error(`${state}: ${error.context}`);
  return JSON.parse(result);
};
const errorOf = async (source: string): Promise<{ tags: string[]; message: string } & Record<string, unknown>> => {
  const { state, error } = await services.rest.evaluate(source);
  expect(state).toBe('FAILED');
  return JSON.parse(error.payload);
};

/** What the target saw of one call. */
async function requestOf(call: string, args: string): Promise<TargetRequest> {
  let seen: TargetRequest | undefined;
  services.target.handle('/echo', (request) => {
    seen = request;
    return { body: { ok: true } };
  });
  await resultOf(`- a: {call: ${call}, args: {url: "${services.target.url}/echo", ${args}}}`);
  if (seen === undefined) throw new Error('the target was not called');
  return seen;
}

const audienceOf = (request: TargetRequest): string => {
  const [, claims = ''] = (request.headers['authorization'] ?? '').replace('Bearer ', '').split('.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).aud;
};

describe('what is sent', () => {
  test('a value as JSON, with the service’s user agent', async () => {
    const request = await requestOf('http.post', 'body: {a: [1, 1.5, null]}, headers: {X-Mine: "1", User-Agent: me}');
    expect(request).toMatchObject({ method: 'POST', text: '{"a":[1,1.5,null]}' });
    expect(request.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'x-mine': '1',
      'user-agent': 'me GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)',
    });
  });

  test.each([
    ['PUT', 'http.put', 'body: text', '"text"', 'application/json; charset=utf-8'],
    ['PATCH', 'http.patch', 'body: text, headers: {content-type: text/plain}', 'text', 'text/plain'],
    ['DELETE', 'http.delete', 'timeout: 5', '', undefined],
    ['GET', 'http.get', 'timeout: 5', '', undefined],
    ['OPTIONS', 'http.request', 'method: OPTIONS', '', undefined],
    ['POST', 'http.request', 'method: POST, body: "${text.encode(\\"b\\")}"', 'b', 'application/octet-stream'],
    [
      'POST',
      'http.post',
      'body: {a: "x y", b: [1, 2]}, headers: {Content-Type: application/x-www-form-urlencoded}',
      'a=x%20y&b=1&b=2',
      'application/x-www-form-urlencoded',
    ],
  ])('%s by %s with %s', async (method, call, args, text, type) => {
    const request = await requestOf(call, args);
    expect(request).toMatchObject({ method, text });
    expect(request.headers['content-type']).toBe(type);
  });

  test('query parameters, encoded', async () => {
    const { path } = await requestOf('http.get', 'query: {q: "a b&c", n: 1, list: [x, true]}');
    expect(path).toBe('/echo?q=a%20b%26c&n=1&list=x&list=true');
  });

  test('tokens: OIDC names its audience, by default the URL; OAuth2 is opaque', async () => {
    expect(audienceOf(await requestOf('http.get', 'auth: {type: OIDC, audience: "https://mine"}'))).toBe(
      'https://mine',
    );
    expect(audienceOf(await requestOf('http.get', 'auth: {type: OIDC}'))).toBe(`${services.target.url}/echo`);
    expect((await requestOf('http.get', 'auth: {type: OAuth2}')).headers['authorization']).toMatch(/^Bearer \S+$/);
  });
});

describe('what comes back', () => {
  test.each<[string, Record<string, string>, string | Uint8Array, unknown]>([
    ['JSON', { 'content-type': 'application/json; charset=utf-8' }, '{"n":1}', { n: 1 }],
    ['text', { 'content-type': 'text/plain' }, 'hello', 'hello'],
    ['nothing', {}, '', null],
  ])('%s', async (_, headers, text, body) => {
    services.target.handle('/answer', () => ({ code: 201, headers, text }));
    const source = `
- a: {call: http.get, args: {url: "${services.target.url}/answer"}, result: r}
- b: {return: ["\${r.code}", "\${r.body}"]}`;
    expect(await resultOf(source)).toEqual([201, body]);
  });

  test('anything else as bytes, and headers by their usual names', async () => {
    services.target.handle('/bytes', () => ({
      headers: { 'content-type': 'application/octet-stream', 'x-two-words': 'yes' },
      text: Buffer.from([0, 255]),
    }));
    const source = `
- a: {call: http.get, args: {url: "${services.target.url}/bytes"}, result: r}
- b: {return: ["\${get_type(r.body)}", "\${base64.encode(r.body)}", '\${r.headers["X-Two-Words"]}']}`;
    expect(await resultOf(source)).toEqual(['bytes', 'AP8=', 'yes']);
  });

  test('an error status is an HttpError with code, headers and body', async () => {
    services.target.handle('/missing', () => ({ code: 404, body: { reason: 'gone' } }));
    const error = await errorOf(`- a: {call: http.get, args: {url: "${services.target.url}/missing"}}`);
    expect(error).toMatchObject({ code: 404, tags: ['HttpError'], body: { reason: 'gone' } });
    expect(error.message).toBe('HTTP server responded with error code 404');
    expect(error['headers']).toMatchObject({ 'Content-Type': 'application/json' });
  });

  test('a connection that breaks is a ConnectionError', async () => {
    services.target.handle('/cut', () => ({ cut: true }));
    const error = await errorOf(`- a: {call: http.get, args: {url: "${services.target.url}/cut"}}`);
    expect(error.tags).toEqual(['ConnectionError']);
  });

  test('a port where nobody listens is a ConnectionFailedError', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => {
      server.close(resolve);
    });
    const error = await errorOf(`- a: {call: http.get, args: {url: "http://127.0.0.1:${port}/"}}`);
    expect(error.tags).toEqual(['ConnectionFailedError']);
  });

  test('no answer in time is a TimeoutError without a code', async () => {
    services.target.handle('/never', () => new Promise(() => {}));
    const error = await errorOf(`- a: {call: http.get, args: {url: "${services.target.url}/never", timeout: 0.05}}`);
    expect(error.tags).toEqual(['TimeoutError']);
    expect(error['code']).toBeUndefined();
  });

  test('a response above the limits is refused', async () => {
    services.target.handle('/large', () => ({ headers: { 'content-type': 'text/plain' }, text: 'x'.repeat(600_000) }));
    services.target.handle('/huge', () => ({ headers: { 'content-type': 'text/plain' }, text: 'x'.repeat(2_100_000) }));
    const get = (path: string, result: string): string =>
      `- a: {call: http.get, args: {url: "${services.target.url}/${path}"}${result}}`;
    expect(await resultOf(get('large', ''))).toBeNull();
    expect((await errorOf(get('large', ', result: r'))).tags).toEqual(['ResourceLimitError']);
    expect((await errorOf(get('huge', ''))).tags).toEqual(['ResourceLimitError']);
  });

  test.each([
    ['not a URL', 'url: nowhere', 'ValueError'],
    ['another scheme', 'url: "ftp://x"', 'ValueError'],
    ['a timeout above 1800', 'url: "http://x", timeout: 1801', 'ValueError'],
    ['a header that is no string', 'url: "http://x", headers: {a: 1}', 'TypeError'],
    ['an unknown kind of auth', 'url: "http://x", auth: {type: Basic}', 'ValueError'],
  ])('%s is refused', async (_, args, tag) => {
    expect((await errorOf(`- a: {call: http.get, args: {${args}}}`)).tags).toEqual([tag]);
  });
});
