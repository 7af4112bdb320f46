/** The page as files of dist/dashboard: hashed names, no inline code or style, so that a strict Content-Security-Policy holds. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig } from 'vite';

const ROOT = import.meta.dirname;

/** What the page was built from: a server that serves another page is told apart by it. */
function buildId(): string {
  const hash = createHash('sha256');
  for (const file of globSync('**/*.{ts,tsx,css,html,svg}', { cwd: ROOT }).sort())
    hash.update(file).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex').slice(0, 12);
}

const id = buildId();

export default defineConfig({
  root: ROOT,
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  define: { __BUILD__: JSON.stringify(id) },
  plugins: [
    {
      name: 'build-id',
      transformIndexHtml: () => [{ tag: 'meta', attrs: { name: 'daymill-build', content: id }, injectTo: 'head' }],
    },
  ],
  build: {
    outDir: resolve(ROOT, '../../dist/dashboard'),
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // As a data: URL an asset would have to be allowed as one.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
});
