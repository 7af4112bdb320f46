/** The page on a laptop: which requests are its own, and the manifest of the source as it is now, which it reads. */
import { existsSync, watch } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Config, Env } from '../../config/config.ts';
import { toError } from '../../errors.ts';
import { writeManifest } from '../../mill/manifest/read-manifest.ts';
import { projectManifest } from '../project.ts';

/** Not the one that workers read: that is of the code that a run was begun with. */
const manifestFile = ({ home }: Config): string => join(home, 'manifest-now.json');

export const pageEnvironment = (config: Config): Env => ({
  DAYMILL_MANIFEST: manifestFile(config),
  DAYMILL_VIEW: 'local',
});

/** Writes down what the source is now. Answers what is wrong with it, if anything; then what was written before stays. */
export async function writeManifestNow(config: Config): Promise<string | undefined> {
  try {
    writeManifest(manifestFile(config), await projectManifest(config));
    return undefined;
  } catch (thrown) {
    return toError(thrown).message;
  }
}

/** Whether the page is asked: by a browser that opens it, or by the page, which says who it is by where it comes from. */
export function isForPage({
  url = '/',
  method = 'GET',
  headers,
}: Pick<IncomingMessage, 'url' | 'method' | 'headers'>): boolean {
  const path = url.replace(/[?#].*$/s, '');
  if (path.startsWith('/api/mill/')) return true;
  if (path === '/openapi.json' || !/^\/(?:api|v1)\//.test(path))
    return path !== '/openapi.json' && (method === 'GET' || method === 'HEAD');
  const isOwn = headers['sec-fetch-site'] === 'same-origin';
  return isOwn && headers.authorization === undefined && headers['x-api-key'] === undefined;
}

/** Editors write a file in several steps: a change counts once nothing else changed for so long. */
const SETTLE_MS = 150;

/** Calls when a computation's file has changed. Answers how to stop. */
export function onSourceChange({ root, computations }: Config, changed: () => void): () => void {
  const folder = join(root, computations);
  if (!existsSync(folder)) return () => {};
  let settling: NodeJS.Timeout | undefined;
  const watcher = watch(folder, { recursive: true }, () => {
    clearTimeout(settling);
    settling = setTimeout(changed, SETTLE_MS);
  });
  return () => {
    clearTimeout(settling);
    watcher.close();
  };
}
