/** The local cloud answers programs of this machine, and no page of a browser on it. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isForeign } from '../../src/emulators/from-here.ts';
import { type LocalCloud, startEmulators } from '../../src/emulators/start.ts';

let folder: string;
let cloud: LocalCloud;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-from-here-'));
  cloud = await startEmulators({ file: join(folder, 'own/state.sqlite'), projectId: 'demo' });
});
afterAll(async () => {
  await cloud.close();
  rmSync(folder, { recursive: true });
});

async function statusOf(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const asked = request({
    host: '127.0.0.1',
    port,
    path,
    method: 'POST',
    headers: { 'content-type': 'text/plain', ...headers },
  });
  asked.end(JSON.stringify({ sourceContents: 'main:\n  steps:\n    - answer:\n        return: 1\n' }));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

const WORKFLOW = '/v1/projects/demo/locations/local/workflows?workflowId=stranger';

test.each([
  ["a page's request", { origin: 'https://evil.example' }],
  ['a page of a file', { origin: 'null' }],
  ['an image, or a form, of a page', { 'sec-fetch-site': 'cross-site' }],
  ['a page on another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ['a name that was made to resolve here', { host: 'evil.example' }],
])('%s is refused by every server that speaks HTTP', async (_, headers) => {
  for (const { port } of [cloud.workflows, cloud.scheduler, cloud.storage, cloud.metadata])
    expect(await statusOf(port, WORKFLOW, headers)).toBe(403);
  const listed = await fetch(`http://127.0.0.1:${cloud.workflows.port}/v1/projects/demo/locations/local/workflows`);
  expect(await listed.json()).toEqual({ workflows: [] });
});

test('a program of this machine is answered', async () => {
  expect(await statusOf(cloud.workflows.port, WORKFLOW, {})).toBe(200);
});

test.each([
  { host: '127.0.0.1:80' },
  { host: 'localhost' },
  { host: '[::1]:8080' },
  { host: 'localhost', 'sec-fetch-site': 'none' },
])('%o is from here', (headers) => {
  expect(isForeign(headers)).toBe(false);
});

test.each([
  {},
  { host: '10.0.0.7' },
  { host: 'localhost.evil.example' },
  { host: '127.0.0.1', 'sec-fetch-site': 'same-origin' },
])('%o is not', (headers) => {
  expect(isForeign(headers)).toBe(true);
});

test.skipIf(process.platform === 'win32')("the state is its owner's to read", () => {
  const mode = (path: string): number => statSync(join(folder, path)).mode & 0o777;
  expect([mode('own'), mode('own/state.sqlite'), mode('own/state.sqlite-wal')]).toEqual([0o700, 0o600, 0o600]);
});
