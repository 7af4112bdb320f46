/** The one address of `daymill serve`: our own page asks through it, a link opens it, and no other page gets anywhere. */
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Gateway, startGateway } from '../../src/cli/local/gateway.ts';

describe('the gateway', () => {
  let behind: Server;
  let gateway: Gateway;
  let reached: { method: string | undefined; url: string | undefined; headers: IncomingHttpHeaders }[] = [];
  beforeAll(async () => {
    behind = createServer(({ method, url, headers }, response) => {
      reached.push({ method, url, headers });
      response.end('here');
    });
    await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve));
    const to = `http://127.0.0.1:${(behind.address() as AddressInfo).port}/word`;
    gateway = await startGateway(0, () => to);
  });
  afterAll(async () => {
    await gateway.close();
    behind.closeAllConnections();
    await new Promise((resolve) => behind.close(resolve));
  });

  const send = async (method: string, path: string, headers: Record<string, string>) => {
    reached = [];
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
    const asked = request(`${gateway.url}${path}`, { method, headers, agent: false }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    asked.on('error', reject);
    asked.end();
    return promise;
  };
  const own = () => ({ origin: gateway.url, 'sec-fetch-site': 'same-origin' });
  const LINK = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  const port = () => new URL(gateway.url).port;

  test('hands on what a program asks, and what our own page does, without its origin', async () => {
    expect(await send('POST', '/v1/metrics?x=1', {})).toEqual({ status: 200, body: 'here' });
    expect(reached).toMatchObject([{ method: 'POST', url: '/word/v1/metrics?x=1' }]);
    expect(await send('POST', '/api/mill/pause', own())).toMatchObject({ status: 200 });
    expect(reached[0]?.headers).not.toHaveProperty('origin');
    expect(await send('GET', '/api/mill/grid', { 'sec-fetch-site': 'same-origin' })).toMatchObject({ status: 200 });
  });

  test('opens the page to who follows a link', async () => {
    expect(await send('GET', '/cell/rsi-14/2001-01-31', LINK)).toMatchObject({ status: 200 });
    expect(await send('GET', '/', { ...LINK, 'sec-fetch-site': 'none' })).toMatchObject({ status: 200 });
  });

  test.each([
    [
      'another page’s request',
      'GET',
      '/api/mill/grid',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    [
      'another page’s action',
      'POST',
      '/api/mill/pause',
      { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    ],
    [
      'an image of another page',
      'GET',
      '/',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    ],
    ['a frame of another page', 'GET', '/', { ...LINK, 'sec-fetch-dest': 'iframe' }],
    ['a form of another page', 'POST', '/', LINK],
    ['a link into the API', 'GET', '/api/mill/grid', LINK],
    [
      'a page of another port',
      'POST',
      '/api/mill/pause',
      { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
    ],
    [
      'who only says that it is ours',
      'POST',
      '/api/mill/pause',
      { origin: 'https://evil.example', 'sec-fetch-site': 'same-origin' },
    ],
  ])('refuses %s', async (_, method, path, headers) => {
    expect(await send(method, path, headers)).toMatchObject({ status: 403 });
    expect(reached).toEqual([]);
  });

  test('refuses a name that was made to lead here', async () => {
    const host = `evil.example:${port()}`;
    expect(await send('POST', '/api/mill/pause', { ...own(), host, origin: `http://${host}` })).toMatchObject({
      status: 403,
    });
    expect(await send('GET', '/', { ...LINK, host })).toMatchObject({ status: 403 });
    expect(reached).toEqual([]);
  });

  test('says which port another program has', async () => {
    await expect(startGateway(Number(port()), () => '')).rejects.toThrow(`Another program listens on port ${port()}.`);
  });
});
