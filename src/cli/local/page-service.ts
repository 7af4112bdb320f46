/** The page on a laptop: which requests are its own, and the manifest of the source as it is now, which it reads. */
import { existsSync, watch } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Config, Env } from '../../config/config.ts';
import { readManifest, writeManifest } from '../../mill/manifest/read-manifest.ts';
import { forkLeashed } from '../../process/leash.ts';
import { siblingFile } from '../../process/sibling.ts';

/** Not the one that workers read: that is of the code that a run was begun with. */
const manifestFile = ({ home }: Config): string => join(home, 'manifest-now.json');

export const pageEnvironment = (config: Config): Env => ({
  DAYMILL_MANIFEST: manifestFile(config),
  DAYMILL_VIEW: 'local',
});

/**
 * Writes down what the source is now, in a process of its own: what Node has imported once, it does not import again. Answers whether it
 * could; what is wrong with the source goes to `errors`, and what was written before stays.
 */
export function writeManifestNow(config: Config, env: Env, errors: 'inherit' | 'ignore'): Promise<boolean> {
  const child = forkLeashed([siblingFile('../main', import.meta.url), 'manifest', '--out', manifestFile(config)], {
    cwd: config.root,
    env: { ...env, DAYMILL_ROOT: config.root, DAYMILL_HOME: config.home },
    stdio: ['ignore', 'ignore', errors],
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('close', (code) => resolve(code === 0));
  });
}

/** Gives the functions what was last written, so that a day that is started from the page is of the source that it shows. */
export const takeManifest = (config: Config): boolean =>
  writeManifest(config.manifestFile, readManifest(manifestFile(config)));

/** Whether the page is asked: by a browser that opens it, or by the page, which says who it is by where it comes from. */
export function isForPage({
  url = '/',
  method = 'GET',
  headers,
}: Pick<IncomingMessage, 'url' | 'method' | 'headers'>): boolean {
  const path = url.replace(/[?#].*$/s, '');
  // It describes what both answer.
  if (path.startsWith('/api/mill/') || path === '/openapi.json') return true;
  if (!/^\/(?:api|v1)\//.test(path)) return method === 'GET' || method === 'HEAD';
  const isOwn = headers['sec-fetch-site'] === 'same-origin';
  return isOwn && headers.authorization === undefined && headers['x-api-key'] === undefined;
}

/** Editors write a file in several steps: a change counts once nothing else changed for so long. */
const SETTLE_MS = 150;

/** Calls when a computation's file has changed. Answers how to stop. */
export function onSourceChange({ root, computations }: Config, changed: () => void): () => void {
  const folders = computations.map((folder) => join(root, folder)).filter((folder) => existsSync(folder));
  let settling: NodeJS.Timeout | undefined;
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, () => {
      clearTimeout(settling);
      settling = setTimeout(changed, SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}
