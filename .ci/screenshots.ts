/**
 * `npm run docs`: docs/computations.md with its charts, and the pictures of docs/images, taken in a real browser of a project whose night went wrong.
 * The pictures need chromium.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { buildPage, CHROMIUM, DESK, type Looking, lookAt, openBrowser, TELEPHONE } from '../test/support/browser.ts';
import { daymill, type Ended } from '../test/support/daymill-process.ts';
import { linkPackages } from '../test/support/link-packages.ts';
import { type Serving, serving } from '../test/support/serving.ts';
import { writeComputations } from './computations.ts';

const ROOT = resolve(import.meta.dirname, '..');
const IMAGES = join(ROOT, 'docs/images');

/** The computation that somebody made stricter than its data is: docs/guides/dashboard.md tells the story. */
const STRICTER = 'src/computations/flights/network-disruption.ts';
const LENIENT = "  if (judged === 0) return 'unknown';";
const STRICT = "  if (judged === 0) throw new Error('no airport could be judged');";

/** The bundled computations in a folder of their own. */
function project(): { readonly root: string; readonly edit: (from: string, to: string) => void } {
  const root = join(mkdtempSync(join(tmpdir(), 'daymill-docs-')), 'my-metrics');
  mkdirSync(root);
  linkPackages(root);
  cpSync(join(ROOT, 'src/computations'), join(root, 'src/computations'), { recursive: true });
  symlinkSync(join(ROOT, 'src/index.ts'), join(root, 'src/index.ts'));
  symlinkSync(join(ROOT, 'node_modules/vega-datasets'), join(root, 'node_modules/vega-datasets'));
  const computations = ['src/computations/flights', 'src/computations/market'];
  const settings = { computations, from: '2001-01-01', date: '2001-01-31' };
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'my-metrics', type: 'module', daymill: settings }));
  return {
    root,
    edit(from, to) {
      const text = readFileSync(join(root, STRICTER), 'utf8');
      assert.ok(text.includes(from), `${STRICTER} does not have ${from}`);
      writeFileSync(join(root, STRICTER), text.replace(from, to));
    },
  };
}

const HOUR_MS = 3_600_000;

/** A few hours of what a fleet of mail workers sends. */
async function collectSome(served: Serving): Promise<void> {
  const token = await served.token('demo', 'admin');
  const send = async (path: string, json: unknown): Promise<unknown> => {
    const response = await served.ask(path, { token, json });
    assert.ok(response.ok || response.status === 400, `${path}: ${response.status} ${await response.clone().text()}`);
    return response.json();
  };
  const nowMs = Date.now();
  for (const [at, queue] of ['mail', 'billing', 'search'].entries()) {
    const samples = Array.from({ length: 180 }, (_, minute) => ({
      name: 'queue_length',
      type: 'gauge',
      value: Math.round(20 + 12 * at + 14 * Math.sin((minute + 31 * at) / (17 + 5 * at)) + ((minute * 7 + at * 5) % 9)),
      labels: { queue },
      timestamp: nowMs - 3 * HOUR_MS + minute * 60_000,
    }));
    await send('/api/metrics', samples);
  }
  await send('/api/metrics', [{ name: 'queue_length', value: 1, timestamp: nowMs - 30 * 24 * HOUR_MS }]);
  const people = ['ann', 'bob', 'eve', 'joe'];
  await send(
    '/api/metrics/commands',
    Array.from({ length: 60 }, (_, at) => ({
      source: 'ci',
      id: String(at),
      user_id: people[at % people.length],
      team_id: at % 3 === 0 ? 'red' : 'blue',
      command_name: ['build', 'test', 'deploy'][at % 3],
      execution_time_ms: 900 + ((at * 977) % 5_200),
      status: at % 7 === 3 ? 'error' : 'success',
      timestamp: new Date(nowMs - 2 * HOUR_MS + at * 100_000).toISOString(),
    })),
  );
  for (const [at, name] of ['mail-workers', 'billing-workers', 'indexer'].entries()) {
    const { runtime } = z
      .object({ runtime: z.object({ runtime_id: z.string() }) })
      .parse(await send('/api/runtime/register', { name, type: 'worker_pool' }));
    await send(`/api/runtime/${runtime.runtime_id}/heartbeat`, {
      metrics: { cpu_ema: 0.2 + at * 0.21, queue_len_ema: 6 + at * 9 },
    });
  }
}

const SETTLE_MS = 1_500;

interface Shot {
  readonly name: string;
  readonly path: string;
  readonly isDark?: boolean;
  readonly isNarrow?: boolean;
}

const Runs = z.object({ runs: z.array(z.object({ id: z.string(), failedTasks: z.number() })) });
const Timeline = z.object({ critical: z.array(z.string()) });

async function shots({ url }: Serving): Promise<Shot[]> {
  const get = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();
  const { runs } = Runs.parse(await get('/api/mill/runs'));
  const bad = runs.find(({ failedTasks }) => failedTasks > 0);
  assert.ok(bad !== undefined, 'no run failed');
  const { critical } = Timeline.parse(await get(`/api/mill/runs/${bad.id}/timeline`));
  const explore = `/explore?q=${encodeURIComponent('queue_length')}&q=${encodeURIComponent('avg_over_time(queue_length{queue="mail"}[15m])')}&range=3h`;
  return [
    { name: 'grid', path: '/' },
    { name: 'grid-dark', path: '/', isDark: true },
    { name: 'grid-narrow', path: '/', isNarrow: true },
    { name: 'grid-cell', path: '/?cell=network-briefing@2001-01-10' },
    { name: 'grid-why', path: '/?lens=why' },
    { name: 'grid-duration', path: '/?lens=duration' },
    { name: 'cell', path: '/cell/network-disruption/2001-01-02' },
    { name: 'lineage', path: '/lineage/network-disruption?date=2001-01-10' },
    { name: 'run', path: `/runs/${bad.id}` },
    { name: 'task', path: `/tasks/${encodeURIComponent(critical.at(-1) ?? '')}` },
    { name: 'runs', path: '/runs' },
    { name: 'plan', path: '/plan?to=2001-02-03' },
    { name: 'report', path: '/report' },
    { name: 'failures', path: '/failures' },
    { name: 'dead-letters', path: '/dead-letters' },
    { name: 'code', path: '/code' },
    { name: 'data', path: '/data' },
    { name: 'memory', path: '/memory' },
    { name: 'audits', path: '/audits' },
    { name: 'jobs', path: '/jobs' },
    { name: 'explore', path: explore },
    { name: 'explore-dark', path: explore, isDark: true },
    { name: 'runtimes', path: '/runtimes' },
    { name: 'events', path: '/events' },
    { name: 'limits', path: '/limits' },
    { name: 'rejected', path: '/rejected' },
  ];
}

/** A figure of the page that changes from one time to the next is none of a picture's: it is as it is. */
async function take(
  { page, troubles, open }: Looking,
  { name, path, isDark = false, isNarrow = false }: Shot,
): Promise<void> {
  await page.setViewportSize(isNarrow ? TELEPHONE : { width: 1280, height: 760 });
  await page.emulateMedia({ colorScheme: isDark ? 'dark' : 'light', reducedMotion: 'reduce' });
  await open(path);
  // Figures that come in their places after the view is there: none of them says so.
  await page.waitForTimeout(SETTLE_MS);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
  process.stdout.write(`docs/images/${name}.png${troubles.length === 0 ? '' : `: ${troubles.splice(0).join('; ')}`}\n`);
}

function said({ code, stderr }: Ended, wanted: number): void {
  assert.equal(code, wanted, stderr);
}

async function main(): Promise<void> {
  process.stdout.write(await writeComputations());
  assert.ok(
    CHROMIUM !== undefined,
    'There is no chromium here, so docs/images stays as it is: apt-get install chromium.',
  );
  mkdirSync(IMAGES, { recursive: true });
  const { root, edit } = project();
  await buildPage();
  said(await daymill({ root }, ['run']), 0);
  edit(LENIENT, STRICT);
  said(await daymill({ root }, ['run']), 1);
  const served = await serving({ root });
  const browser = await openBrowser();
  try {
    await collectSome(served);
    const context = await browser.newContext({ viewport: DESK, locale: 'en-GB' });
    const looking = await lookAt(context, served.url);
    const only = process.argv.slice(2);
    for (const shot of await shots(served))
      if (only.length === 0 || only.includes(shot.name)) await take(looking, shot);
  } finally {
    await browser.close();
    await served.stop();
    rmSync(resolve(root, '..'), { recursive: true, force: true });
  }
}

await main();
