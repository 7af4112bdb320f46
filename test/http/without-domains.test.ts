/** The framework without its domains: no async hooks, and what requests throw is answered as with them. */
import { executionAsyncId } from 'node:async_hooks';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cloudEvent, http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { withoutDomains } from '../../src/http/without-domains.ts';

withoutDomains();

/** Of what runs after an `await`: Node gives promises ids only while async hooks are on. */
const seen: { readonly domain: unknown; readonly asyncId: number }[] = [];
async function look(): Promise<void> {
  await Promise.resolve();
  seen.push({ domain: (process as { domain?: unknown }).domain, asyncId: executionAsyncId() });
}

cloudEvent('plain-event', look);
cloudEvent('failing-event', async () => {
  await look();
  throw new Error('not today');
});
http('plain-request', async (_, response) => {
  await look();
  response.json({ fine: true });
});
http('failing-request', async () => {
  await look();
  throw new Error('not today');
});

let server: Server | undefined;
afterEach(async () => {
  seen.length = 0;
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

test.each([
  ['plain-event', 204],
  ['failing-event', 500],
  ['plain-request', 200],
  ['failing-request', 500],
])('%s is answered with %i, and promises are not followed', async (target, status) => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  server = getTestServer(target);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'ce-id': '1',
      'ce-type': 'a',
      'ce-source': 'b',
      'ce-specversion': '1.0',
    },
    body: '{}',
  });
  await response.text();
  expect(response.status).toBe(status);
  expect(seen).toEqual([{ domain: undefined, asyncId: 0 }]);
});
