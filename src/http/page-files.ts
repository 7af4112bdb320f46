/** The page's files, as Vite built them: read once, sent as they lie there, under a policy that lets nothing else in. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { toError } from '../errors.ts';
import { pack } from './pack.ts';

export interface Page {
  /** What it was built from; empty when it was not built. */
  readonly build: string;
  /** Answers a request for one of its files, or for a path that is the page's own to make sense of; false for any other. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** By extension. Whatever else lies there is not sent. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing but our own files, and nothing that makes code or markup of text. https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/ */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
} as const;

const NOT_BUILT = `<!doctype html><meta charset="utf-8"><title>Daymill</title>
<p>The page was not built. In a clone of Daymill: <code>npm run build:dashboard</code>, then start again.
The same answers: <code>npx daymill --help</code>, and <a href="/openapi.json">/openapi.json</a>.`;

/** What the page does not answer: the API's paths. */
const API = /^\/(?:api|v1)\/|^\/openapi\.json$/;

interface File {
  readonly type: string;
  readonly plain: Buffer;
  /** Vite names what it hashes so. */
  readonly isHashed: boolean;
}

/** `folder`: where \`npm run build:dashboard\` put it. */
export function pageFiles(folder: string): Page {
  const files = new Map<string, File>();
  for (const name of existsSync(folder) ? globSync('**/*', { cwd: folder }) : []) {
    const type = TYPES[extname(name)];
    if (type !== undefined) files.set(`/${name}`, fileOf(join(folder, name), type, name.startsWith('assets/')));
  }
  const index = files.get('/index.html') ?? notBuilt();
  return {
    build: /<meta name="daymill-build" content="([^"]*)"/.exec(index.plain.toString())?.[1] ?? '',
    serve(request, response) {
      const path = (request.url ?? '/').replace(/[?#].*$/s, '');
      if ((request.method !== 'GET' && request.method !== 'HEAD') || API.test(path)) return false;
      const file = files.get(path);
      // A name with an extension is a file's: what is not there must not be answered with a page.
      if (file === undefined && extname(path) !== '' && !isView(path)) {
        response
          .writeHead(404, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' })
          .end('There is no such file.\n');
        return true;
      }
      void send(file ?? index, request, response).catch((thrown: unknown) => request.destroy(toError(thrown)));
      return true;
    },
  };
}

/** Views are named after computations and tasks, which may have dots. */
const isView = (path: string): boolean => /^\/(?:cell|lineage|runs|tasks)\//.test(path);

const fileOf = (path: string, type: string, isHashed: boolean): File => ({
  type,
  plain: readFileSync(path),
  isHashed,
});

const notBuilt = (): File => ({
  type: 'text/html; charset=utf-8',
  plain: Buffer.from(NOT_BUILT),
  isHashed: false,
});

async function send(file: File, { method, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  // Browsers keep what is hashed: it is packed once for each of them.
  const packing = await pack(file.plain, headers);
  const body = packing?.bytes ?? file.plain;
  response.writeHead(200, {
    ...HEADERS,
    'content-type': file.type,
    'content-length': String(body.length),
    // A page of before asks for files of before only as long as it is open.
    'cache-control': file.isHashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ...packing?.headers,
    vary: 'accept-encoding',
  });
  response.end(method === 'HEAD' ? undefined : body);
}
