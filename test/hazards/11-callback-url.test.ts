/** Hazard 11: a callback URL steals a token. Credentials go to Workflows' own callback endpoints and nowhere else. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { startMetadataServer } from '../../src/emulators/metadata-server.ts';
import { assertCallbackUrl, workflowsCallbacks } from '../../src/google/mill/workflows-callbacks.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { type WaveBench, waveBench } from '../support/wave-bench.ts';

const PATH = '/v1/projects/p/locations/europe-west1/workflows/w/executions/e/callbacks/c';
const GOOGLE = 'https://workflowexecutions.googleapis.com';
const LOCAL = '127.0.0.1:8790';

describe('hazard 11: a callback URL steals a token: which addresses are called back', () => {
  test('a callback endpoint of Workflows is', () => {
    expect(() => assertCallbackUrl(`${GOOGLE}${PATH}`, undefined)).not.toThrow();
    expect(() => assertCallbackUrl(`${GOOGLE}:443${PATH}`, undefined)).not.toThrow();
    expect(() => assertCallbackUrl(`http://${LOCAL}${PATH}`, LOCAL)).not.toThrow();
  });

  test.each([
    ['plain http', `http://workflowexecutions.googleapis.com${PATH}`],
    ['another host', `https://example.com${PATH}`],
    ["another of Google's hosts", `https://storage.googleapis.com${PATH}`],
    ['a host that ends like it', `https://evil-workflowexecutions.googleapis.com${PATH}`],
    ['a host that starts like it', `https://workflowexecutions.googleapis.com.example.com${PATH}`],
    ['a subdomain of it', `https://a.workflowexecutions.googleapis.com${PATH}`],
    ['a host with a dot at its end', `https://workflowexecutions.googleapis.com.${PATH}`],
    ['a host in letters that look alike', `https://workflowеxecutions.googleapis.com${PATH}`],
    ['another port', `${GOOGLE}:8443${PATH}`],
    ['a name before the host', `https://workflowexecutions.googleapis.com@example.com${PATH}`],
    ['a name and a password', `https://user:secret@workflowexecutions.googleapis.com${PATH}`],
    ['a backslash before the host', `https://example.com\\@workflowexecutions.googleapis.com${PATH}`],
    ['another scheme', `ftp://workflowexecutions.googleapis.com${PATH}`],
    ['a file', `file://${PATH}`],
    ['no host', PATH],
    ['nothing', ''],
    ['the path of another method', `${GOOGLE}/v1/projects/p/locations/l/workflows/w/executions`],
    ['a path that climbs out', `${GOOGLE}${PATH}/../../../..`],
    ['a path that climbs out, encoded', `${GOOGLE}${PATH}/%2e%2e/%2E%2E`],
    ['a path with more below', `${GOOGLE}${PATH}/more`],
    ['the local cloud when there is none', `http://${LOCAL}${PATH}`],
  ])('%s is not', (_, url) => {
    expect(() => assertCallbackUrl(url, undefined)).toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
  });

  test.each([
    ['its https', `https://${LOCAL}${PATH}`],
    ['another port', `http://127.0.0.1:8791${PATH}`],
    ['another name for it', `http://localhost:8790${PATH}`],
    ['a host that starts like it', `http://${LOCAL.replace(':', '.example.com:')}${PATH}`],
    ['a name that is its address', `http://${LOCAL}@example.com${PATH}`],
    ['another path', `http://${LOCAL}/`],
  ])('of the local cloud, %s is not', (_, url) => {
    expect(() => assertCallbackUrl(url, LOCAL)).toThrow(expect.objectContaining({ name: 'UserError' }));
  });
});

interface Listener {
  readonly server: Server;
  readonly host: string;
  readonly requests: { readonly url: string; readonly authorization: string | undefined; readonly body: string }[];
}

/** A server that notes down what it is asked, and answers by `answer`. */
async function listen(
  answer: (count: number, request: IncomingMessage, response: ServerResponse) => void,
): Promise<Listener> {
  const requests: Listener['requests'] = [];
  const server = createServer((request, response) => {
    void request.toArray().then((chunks) => {
      const body = Buffer.concat(chunks as Buffer[]).toString('utf8');
      requests.push({ url: request.url ?? '', authorization: request.headers.authorization, body });
      answer(requests.length, request, response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const close = ({ server }: Listener): Promise<unknown> => {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(resolve);
  });
};

const status = (code: number) => (_: IncomingMessage, response: ServerResponse) =>
  void response.writeHead(code).end('{}');

describe('hazard 11: a callback URL steals a token: what is sent', () => {
  let metadata: Awaited<ReturnType<typeof startMetadataServer>>;
  let listener: Listener;
  let answers: ((request: IncomingMessage, response: ServerResponse) => void)[];
  beforeAll(async () => {
    metadata = await startMetadataServer({ projectId: 'callbacks' });
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${metadata.port}`);
    vi.stubEnv('METADATA_SERVER_DETECTION', 'assume-present');
    vi.stubEnv('GOOGLE_CLOUD_PROJECT', 'callbacks');
    listener = await listen((count, request, response) =>
      (answers[count - 1] ?? ((_, ok) => ok.end('{}')))(request, response),
    );
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await close(listener);
    await metadata.close();
  });
  beforeEach(() => {
    answers = [];
    listener.requests.length = 0;
  });
  const send = (delaysMs: readonly number[] = [0, 0]): Promise<'sent' | 'gone'> =>
    workflowsCallbacks(listener.host, delaysMs).send(`http://${listener.host}${PATH}`, {
      runId: 'r',
      status: 'COMPLETED',
    });

  test('carries credentials and the run', async () => {
    expect(await send()).toBe('sent');
    expect(listener.requests).toEqual([
      { url: PATH, authorization: 'Bearer local-callbacks', body: JSON.stringify({ runId: 'r', status: 'COMPLETED' }) },
    ]);
  });

  test('is tried again while Workflows is away, then given up for the next who looks after it', async () => {
    answers = [status(503), status(500)];
    expect(await send()).toBe('sent');
    expect(listener.requests).toHaveLength(3);
    answers = Array.from({ length: 20 }, () => status(503));
    listener.requests.length = 0;
    await expect(send([])).rejects.toThrow(expect.objectContaining({ name: 'RetryableError', code: 'UNAVAILABLE' }));
  });

  test.each([404, 429])('is over when nobody waits there (%d)', async (code) => {
    answers = [status(code)];
    expect(await send()).toBe('gone');
    expect(listener.requests).toHaveLength(1);
  });

  test('a redirect is not followed, with or without credentials', async () => {
    const thief = await listen((_, __, response) => void response.end('{}'));
    for (const code of [301, 302, 307, 308]) {
      answers = [(_, response) => void response.writeHead(code, { location: `http://${thief.host}${PATH}` }).end()];
      listener.requests.length = 0;
      await expect(send([])).rejects.toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    }
    expect(thief.requests).toEqual([]);
    await close(thief);
  });

  test('nothing is sent, and no token is fetched, for another address', async () => {
    const thief = await listen((_, __, response) => void response.end('{}'));
    vi.stubEnv('GCE_METADATA_HOST', thief.host);
    const callbacks = workflowsCallbacks(listener.host, []);
    await expect(callbacks.send(`http://${thief.host}${PATH}`, {})).rejects.toThrow(
      expect.objectContaining({ name: 'UserError' }),
    );
    expect(thief.requests).toEqual([]);
    vi.stubEnv('GCE_METADATA_HOST', `127.0.0.1:${metadata.port}`);
    await close(thief);
  });
});

describe('hazard 11: a callback URL steals a token: what is dispatched', () => {
  let bench: WaveBench;
  beforeAll(async () => {
    bench = await waveBench();
  });
  afterAll(() => bench.close());

  test.each(['https://example.com/callbacks/1', 'http://workflowexecutions.googleapis.com/v1/x'])(
    'a run is not even begun for %s',
    async (callbackUrl) => {
      const request = { date: '2024-03-04', from: '2024-03-01', pass: 1, callbackUrl };
      await expect(dispatch(request, bench.open())).rejects.toThrow(
        expect.objectContaining({ name: 'UserError', code: 'BAD_ARGUMENT' }),
      );
      expect(await bench.claimed()).toEqual([]);
      expect(bench.sent).toEqual([]);
    },
  );
});
