/** The page's files: what is sent, under which policy, and what nobody gets by asking for it. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageFiles } from '../../../src/http/page-files.ts';
import { serve, type Serving } from '../serving.ts';

const INDEX = '<!doctype html><meta name="daymill-build" content="b1"><title>page</title>';
const SCRIPT = 'export const page = 1;\n'.repeat(200);
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const folder = mkdtempSync(join(tmpdir(), 'daymill-page-'));
const open = (root: string): Promise<Serving> => {
  const page = pageFiles(root);
  return serve((request, response) => {
    if (!page.serve(request, response)) response.writeHead(418).end();
  });
};

describe('the page that was built', () => {
  let serving: Serving;
  beforeAll(async () => {
    mkdirSync(join(folder, 'page/assets'), { recursive: true });
    writeFileSync(join(folder, 'page/index.html'), INDEX);
    writeFileSync(join(folder, 'page/assets/index-4f2a.js'), SCRIPT);
    writeFileSync(join(folder, 'page/notes.txt'), 'not for anybody');
    writeFileSync(join(folder, 'secret.js'), 'a secret');
    serving = await open(join(folder, 'page'));
  });
  afterAll(() => serving[Symbol.asyncDispose]());

  test.each(['/', '/index.html', '/runs', '/cell/rsi-14/2001-01-31', '/cell/v1.2/2001-01-31', '/?lens=hash'])(
    'answers %s with itself, never kept without asking again',
    async (path) => {
      const { status, headers, bytes } = await serving.send('GET', path);
      expect([status, bytes.toString()]).toEqual([200, INDEX]);
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-cache',
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      });
    },
  );

  test('sends what is named by its content once, and packed to who takes that', async () => {
    const plain = await serving.send('GET', '/assets/index-4f2a.js');
    expect(plain.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    });
    expect(plain.bytes.toString()).toBe(SCRIPT);
    const packed = await serving.send('GET', '/assets/index-4f2a.js', { 'accept-encoding': 'gzip, br' });
    expect(packed.headers['content-encoding']).toBe('br');
    expect(packed.bytes.length).toBeLessThan(SCRIPT.length / 10);
    expect(brotliDecompressSync(packed.bytes).toString()).toBe(SCRIPT);
    const head = await serving.send('HEAD', '/assets/index-4f2a.js');
    expect([head.bytes.length, head.headers['content-length']]).toEqual([0, String(SCRIPT.length)]);
  });

  test.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/..%5csecret.js',
    '//secret.js',
    '/assets/..%00/secret.js',
    '/file:/etc/passwd.js',
    '/__proto__.js',
    '/constructor.js',
    '/notes.txt',
    '/assets/gone-1.js',
    '/%zz.js',
  ])('has nothing at %s', async (path) => {
    const { status, bytes } = await serving.send('GET', path);
    expect(status).toBe(404);
    expect(bytes.toString()).toBe('There is no such file.\n');
  });

  test.each(['/../../etc/passwd', '/cell/..%2f..%2fsecret.js/x', '/runs/%2e%2e%2f%2e%2e%2fsecret.js', '/constructor'])(
    'takes %s for a view, which says that there is none',
    async (path) => {
      expect((await serving.send('GET', path)).bytes.toString()).toBe(INDEX);
    },
  );

  test.each([
    ['GET', '/api/mill/project'],
    ['GET', '/v1/metrics'],
    ['GET', '/openapi.json'],
    ['POST', '/'],
    ['PUT', '/index.html'],
  ])('leaves %s %s to the API', async (method, path) => {
    expect((await serving.send(method, path)).status).toBe(418);
  });

  test('knows what it was built from', () => {
    expect(pageFiles(join(folder, 'page')).build).toBe('b1');
  });
});

test('a page that was not built says how that is done', async () => {
  await using serving = await open(join(folder, 'nowhere'));
  const { status, headers, bytes } = await serving.send('GET', '/runs');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toBe(POLICY);
  expect(bytes.toString()).toContain('npm run build:dashboard');
  expect((await serving.send('GET', '/assets/index-4f2a.js')).status).toBe(404);
  expect(pageFiles('').build).toBe('');
});
