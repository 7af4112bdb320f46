/** One address, two functions: which of them a request is for, and what the page is told of the source. */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import {
  isForPage,
  onSourceChange,
  pageEnvironment,
  takeManifest,
  writeManifestNow,
} from '../../src/cli/local/page-service.ts';
import { readManifest } from '../../src/mill/manifest/read-manifest.ts';
import { fixtureProject, IMPORTS } from '../support/fixture-project.ts';

const OWN = { 'sec-fetch-site': 'same-origin' };

test.each([
  ['GET', '/', {}],
  ['GET', '/cell/rsi-14/2001-01-31?lens=hash', {}],
  ['HEAD', '/assets/index-4f2a.js', {}],
  ['GET', '/openapi.json', {}],
  ['GET', '/api/mill/project', {}],
  ['POST', '/api/mill/pause', OWN],
  ['GET', '/api/metrics/live/runtimes?org=acme', OWN],
  ['POST', '/api/v1/query', OWN],
])('%s %s is for the page’s function', (method, url, headers) => {
  expect(isForPage({ method, url, headers })).toBe(true);
});

test.each([
  ['GET', '/api/v1/query?query=up', {}],
  ['GET', '/api/metrics/health', {}],
  ['POST', '/v1/metrics', {}],
  ['POST', '/api/v1/write', {}],
  ['POST', '/', {}],
  ['GET', '/api/v1/query', { ...OWN, authorization: 'Bearer x' }],
  ['GET', '/api/results', { ...OWN, 'x-api-key': 'dm_x' }],
  ['GET', '/api/results?next=/api/mill/project', {}],
  ['GET', '/api/v1/query', { 'sec-fetch-site': 'cross-site' }],
])('%s %s is for what collects', (method, url, headers) => {
  expect(isForPage({ method, url, headers })).toBe(false);
});

test('the page has the source as it is; while that is wrong, as it was, and who waits is told', async () => {
  const one = (name: string): string => `${IMPORTS}
export const it = defineComputation({
  name: '${name}', category: 'traffic', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});`;
  const project = fixtureProject({ 'computations/it.ts': one('warmth') });
  try {
    const config = readConfig({}, project.root, process.pid);
    const names = (): string[] =>
      readManifest(String(pageEnvironment(config)['DAYMILL_MANIFEST'])).computations.map(({ name }) => name);
    expect(await writeManifestNow(config, process.env, 'ignore')).toBe(true);
    expect(names()).toEqual(['warmth']);
    project.write({ 'computations/it.ts': 'export const it = ;' });
    expect(await writeManifestNow(config, process.env, 'ignore')).toBe(false);
    expect(names()).toEqual(['warmth']);
    project.write({ 'computations/it.ts': one('coldness') });
    expect(await writeManifestNow(config, process.env, 'ignore')).toBe(true);
    expect(names()).toEqual(['coldness']);
    takeManifest(config);
    expect(readManifest(config.manifestFile)).toEqual(
      readManifest(String(pageEnvironment(config)['DAYMILL_MANIFEST'])),
    );
  } finally {
    project.remove();
  }
});

test('a change in any of several folders is seen, and one that is not there is nothing to watch', async () => {
  const project = fixtureProject({ 'stock/notes.ts': 'export const note = 1;' });
  const env = { DAYMILL_COMPUTATIONS: 'computations,stock,gone' };
  const config = readConfig(env, project.root, process.pid);
  try {
    for (const file of ['stock/notes.ts', 'computations/notes.ts']) {
      const { promise: seen, resolve } = Promise.withResolvers<string>();
      const end = onSourceChange(config, () => resolve(`a change of ${file}`));
      project.write({ [file]: 'export const note = 2;' });
      expect(await seen).toBe(`a change of ${file}`);
      end();
    }
  } finally {
    project.remove();
  }
});
