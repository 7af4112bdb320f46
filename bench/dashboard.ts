/** The page's grid in a real browser: what it costs to send, to decode and draw, to move over, to zoom, to change. */
import { cpus } from 'node:os';
import type { Browser, Page } from 'playwright-core';
import { buildPage, CHROMIUM, DESK, openBrowser } from '../test/support/browser.ts';
import { RUNNING } from '../src/mill/answers/grid.ts';
import { bytesOf, dashboardWorld, MISHAPS, noisyGrid, SCATTER, type World } from './dashboard-world.ts';

/** Beside what the page itself says that it took, until what was asked for is on the screen. */
interface Measured {
  /** Bytes: as they are, packed when mishaps last and reach readers, and when they are scattered cell by cell. */
  readonly bytes: {
    readonly plain: number;
    readonly mishaps: number;
    readonly scattered: number;
    readonly gzip: number;
  };
  /** Milliseconds, of each time that it was done. */
  readonly firstPaint: readonly number[];
  readonly firstGrid: readonly number[];
  readonly decode: readonly number[];
  readonly draw: readonly number[];
  readonly hover: readonly number[];
  readonly zoom: readonly number[];
  readonly patch: readonly number[];
  /** https://web.dev/articles/cls */
  readonly shift: number;
}

const CASES = [
  { name: '1,000 computations x 1,000 days', rows: 1_000, days: 1_000 },
  { name: '28 computations x 365 days', rows: 28, days: 365 },
] as const;

export async function benchDashboard({ quick }: { readonly quick: boolean }): Promise<void> {
  if (CHROMIUM === undefined) throw new Error('This needs chromium: apt-get install chromium');
  await buildPage();
  const browser = await openBrowser();
  process.stdout.write(`${cpus()[0]?.model ?? ''}, Chromium ${browser.version()}, ${DESK.width} x ${DESK.height}\n\n`);
  const times = quick ? { loads: 3, acts: 20 } : { loads: 15, acts: 200 };
  const measured = [];
  for (const { rows, days } of CASES) measured.push(await measure(browser, { rows, days, ...times }));
  await browser.close();
  print(measured);
}

/** Steps into it, before it goes in and out again. */
const ZOOMED = 10;

interface Asked {
  readonly rows: number;
  readonly days: number;
  readonly loads: number;
  readonly acts: number;
}

async function measure(browser: Browser, { rows, days, loads, acts }: Asked): Promise<Measured> {
  const world = await dashboardWorld(noisyGrid(rows, days));
  const loaded: Loaded[] = [];
  for (let load = 0; load < loads; load++) {
    const page = await openPage(browser, world);
    loaded.push(await page.evaluate<Loaded>(LOADED));
    await page.context().close();
  }
  const page = await openPage(browser, world);
  // The first only enters.
  await page.mouse.move(400, 200);
  const hover = await timed(page, 'grid-hover', acts, (at) =>
    page.mouse.move(300 + ((at * 37) % 1_000), 200 + ((at * 53) % 650)),
  );
  const zoom = await timed(page, 'grid-draw', acts / 2, (at) =>
    page.mouse.wheel(0, at < ZOOMED || at % 2 === 0 ? -60 : 60),
  );
  await page.keyboard.press('0');
  await page.evaluate(WATCH_SHIFTS);
  const drawn = await timed(page, 'grid-draw', acts / 2, (at) =>
    Promise.resolve(world.tell([[(at * 7) % rows, days - 1 - at, days - 1 - at, RUNNING]])),
  );
  const applied = await page.evaluate<number[]>(
    `performance.getEntriesByName('grid-patch').map(({ duration }) => duration)`,
  );
  const shift = await page.evaluate<number>('globalThis.shift');
  await page.context().close();
  world.close();
  return {
    bytes: {
      plain: await bytesOf(noisyGrid(rows, days), 'identity'),
      mishaps: await bytesOf(noisyGrid(rows, days, MISHAPS), 'br'),
      scattered: await bytesOf(noisyGrid(rows, days, SCATTER), 'br'),
      gzip: await bytesOf(noisyGrid(rows, days, SCATTER), 'gzip'),
    },
    firstPaint: loaded.map(({ paint }) => paint),
    firstGrid: loaded.map(({ grid }) => grid),
    decode: loaded.map(({ decode }) => decode),
    draw: loaded.map(({ draw }) => draw),
    hover,
    zoom,
    patch: drawn.map((one, at) => one + (applied[at] ?? 0)),
    shift,
  };
}

interface Loaded {
  readonly paint: number;
  readonly grid: number;
  readonly decode: number;
  readonly draw: number;
}

/** In the page: milliseconds since it was asked for. */
const LOADED = `(() => {
  const [decode] = performance.getEntriesByName('grid-decode');
  const draws = performance.getEntriesByName('grid-draw');
  const [paint] = performance.getEntriesByName('first-contentful-paint');
  const draw = draws.find(({ startTime }) => startTime >= decode.startTime);
  return { paint: paint.startTime, grid: draw.startTime + draw.duration, decode: decode.duration, draw: draw.duration };
})()`;

const WATCH_SHIFTS = `globalThis.shift = 0;
new PerformanceObserver((list) => { for (const { value } of list.getEntries()) shift += value; }).observe({ type: 'layout-shift' });`;

/** A window of its own, without anything kept. */
async function openPage(browser: Browser, world: World): Promise<Page> {
  const context = await browser.newContext({ viewport: DESK });
  const page = await context.newPage();
  await page.goto(world.url);
  await until(
    page,
    `performance.getEntriesByName('grid-draw').length > 0 && performance.getEntriesByName('first-contentful-paint').length > 0`,
  );
  return page;
}

/** What takes longer will not come. */
const MOST_MS = 20_000;

/** The page's policy forbids what `waitForFunction` does. @throws {Error} when it does not come */
async function until(page: Page, condition: string): Promise<void> {
  const end = performance.now() + MOST_MS;
  while (!(await page.evaluate<boolean>(condition))) {
    if (performance.now() > end) throw new Error(`In ${MOST_MS} ms the page has not come to this: ${condition}`);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

/** What the page says that each took. */
async function timed(page: Page, name: string, times: number, act: (at: number) => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  for (let at = 0; at < times; at++) {
    await page.evaluate(`performance.clearMeasures('${name}')`);
    await act(at);
    await until(page, `performance.getEntriesByName('${name}').length > 0`);
    taken.push(await page.evaluate<number>(`performance.getEntriesByName('${name}').at(-1).duration`));
  }
  return taken;
}

function print(measured: readonly Measured[]): void {
  const kB = (bytes: number): string => `${(bytes / 1_000).toFixed(1)} kB`;
  const ms =
    (take: (one: Measured) => readonly number[]) =>
    (one: Measured): string => {
      const sorted = take(one).toSorted((a, b) => a - b);
      const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN).toFixed(1);
      return `${at(0.5)} ms (95 %: ${at(0.95)})`;
    };
  const lines: readonly (readonly [string, string, (one: Measured) => string])[] = [
    ['bytes, as they are', '', ({ bytes }) => kB(bytes.plain)],
    ['… brotli, 1 % not up to date, as nights go wrong', '16 kB', ({ bytes }) => kB(bytes.mishaps)],
    ['… brotli, 1 % scattered cell by cell', '', ({ bytes }) => kB(bytes.scattered)],
    ['… gzip, scattered', '', ({ bytes }) => kB(bytes.gzip)],
    ['first paint', '1,000 ms', ms(({ firstPaint }) => firstPaint)],
    ['the grid is drawn', '', ms(({ firstGrid }) => firstGrid)],
    ['decode', '', ms(({ decode }) => decode)],
    ['draw', '', ms(({ draw }) => draw)],
    ['decode and draw', '100 ms', ms(({ decode, draw }) => decode.map((one, at) => one + (draw[at] ?? 0)))],
    ['hover', '8 ms', ms(({ hover }) => hover)],
    ['zoom, one step', '', ms(({ zoom }) => zoom)],
    ['one change, applied and drawn', '', ms(({ patch }) => patch)],
    ['layout shift of all changes', '0', ({ shift }) => String(shift)],
  ];
  process.stdout.write(
    `| | goal | ${CASES.map(({ name }) => name).join(' | ')} |\n|---|--:|${CASES.map(() => '--:|').join('')}\n`,
  );
  for (const [what, goal, of] of lines)
    process.stdout.write(`| ${what} | ${goal} | ${measured.map(of).join(' | ')} |\n`);
}
