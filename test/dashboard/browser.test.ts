/** The page in a real browser, against a project that is served with a night that went wrong. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/dashboard/shell/routes.ts';
import {
  barriers,
  buildPage,
  CHROMIUM,
  DESK,
  lookAt,
  type Looking,
  openBrowser,
  TELEPHONE,
} from '../support/browser.ts';
import { PATIENCE_MS } from '../support/patience.ts';
import { meterTests } from './meter-views.ts';
import { BAD_DAY, badNight, MENDED, type Night } from './night-project.ts';

const LAST_DAY = '2024-03-04';

/** What another theme may change. */
const OF_COLOUR = ['color-contrast', 'link-in-text-block'];

describe.skipIf(CHROMIUM === undefined)('the page in a browser (needs chromium)', () => {
  let night: Night;
  let browser: Browser;
  let context: BrowserContext;
  let looking: Looking;
  let page: Page;
  beforeAll(async () => {
    await buildPage();
    [night, browser] = await Promise.all([badNight(), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await night?.end();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: DESK, colorScheme: 'light', locale: 'en-GB' });
    looking = await lookAt(context, night.served.url);
    ({ page } = looking);
  });
  afterEach(() => context.close());

  const shown = (): string => page.url().replace(night.served.url, '');
  const legend = (): Promise<string[]> =>
    page.getByRole('list', { name: 'What the colours mean' }).locator('li').allInnerTexts();

  test.each(ROUTES.map(({ path }) => path))(
    '%s opens by its link, for everybody, in light and in dark, on a telephone',
    async (path) => {
      await looking.open(
        path
          .replace(':computation', 'throws')
          .replace(':date', BAD_DAY)
          .replace('/runs/:id', `/runs/${night.run}`)
          .replace('/tasks/:id', `/tasks/${night.task}`),
      );
      expect(await page.locator('main').innerText()).not.toBe('');
      const light = await barriers(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect({ light, dark: await barriers(page, OF_COLOUR) }).toEqual({ light: [], dark: [] });
      await page.setViewportSize(TELEPHONE);
      // What is wide scrolls in its own place: the page does not.
      // A plot hears of its new room a frame later.
      await expect.poll(() => page.evaluate('document.documentElement.scrollWidth')).toBe(TELEPHONE.width);
      expect(looking.troubles).toEqual([]);
    },
  );

  test('goes back and forward through what was chosen', async () => {
    await looking.open('/');
    await page.getByRole('navigation').getByRole('link', { name: 'Runs' }).click();
    await page.getByRole('link', { name: night.run }).click();
    await page.waitForURL(`**/runs/${night.run}`);
    await page.goBack();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    await page.goBack();
    await page.locator('canvas').first().waitFor();
    await page.goForward();
    await page.getByRole('heading', { name: 'Runs' }).waitFor();
    expect(shown()).toBe('/runs');
    expect(looking.troubles).toEqual([]);
  });

  test('is used by keys alone', async () => {
    await looking.open('/');
    await page.keyboard.press(']');
    expect(new URL(page.url()).searchParams.get('cell')).toBe(`dies@${BAD_DAY}`);
    const said = page.locator('.grid-place p[aria-live]');
    expect(await said.innerText()).toMatch(/^dies, 2 March 2024, failed: /);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `dies@${BAD_DAY}`, exact: true }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.waitForURL('**/runs');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog', { name: 'Keys' }).innerText()).toContain('go to Failures');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /^Paused/ }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('heat');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/cell/heat/${LAST_DAY}`);
    expect(looking.troubles).toEqual([]);
  });

  test.each([
    ['/nowhere', 'There is no view at /nowhere'],
    [`/cell/nobody/${BAD_DAY}`, 'no computation nobody'],
    ['/cell/heat/tomorrow', '"tomorrow" is not a day'],
    ['/runs/run-0', 'There is no run "run-0"'],
    ['/lineage/nobody', 'There is no computation "nobody"'],
    ['/plan?select=nobody', 'There is no computation "nobody"'],
    ['/?from=2024-03-04&to=2024-03-01', 'the first day of the grid comes first'],
    ['/?cell=nobody@x&lens=none&zoom=x', 'up to date'],
  ])('of a link to what is not there, %s, it says so', async (link, words) => {
    await looking.open(link);
    await page.locator('main').getByText(words).first().waitFor();
    // The browser itself tells of each answer that is an error; nothing else may have gone wrong.
    expect(looking.troubles.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });

  test('keeps what works where one panel fails, and what is shown when the connection is lost', async () => {
    await page.route('**/result*', (route) => route.fulfill({ status: 500, body: 'no' }));
    await looking.open(`/cell/throws/${BAD_DAY}`);
    await page.getByText('Result could not be had').waitFor();
    const error = page.getByText('no such station').first();
    await error.waitFor();
    // What the test answers itself would be an answer, whatever becomes of the connection.
    await page.unrouteAll();
    await context.setOffline(true);
    await page.getByText('Daymill does not answer').first().waitFor();
    await page.getByRole('button', { name: /^Not live/ }).waitFor();
    expect(await error.isVisible()).toBe(true);
    await context.setOffline(false);
    await page.getByText('Daymill does not answer').first().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Live/ }).waitFor();
  });

  meterTests(() => ({ looking, served: night.served }));

  test('replays what was given up, and shows its run to the end, without a reload and without a jump', async () => {
    await looking.open('/');
    expect(await legend()).toContainEqual(expect.stringMatching(/failed\s+2$/));
    await page.evaluate(COUNT_SHIFTS);
    const other = await lookAt(context, night.served.url);
    const acting = other.page;
    await other.open(`/dead-letters?open=${night.task}`);
    night.project.write({ [MENDED]: '' });
    await acting.getByRole('button', { name: 'Replay', exact: true }).click();
    const dialog = acting.getByRole('dialog');
    await dialog.getByLabel('Why, for the record').fill('it is mended');
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await acting.getByText('No task has been given up').waitFor();
    await other.open('/runs');
    // The newest first.
    await acting.getByRole('table').getByRole('link').first().click();
    await acting.waitForURL((url) => url.pathname.startsWith('/runs/') && !url.pathname.endsWith(night.run));
    await acting.locator('main').getByText('completed').first().waitFor({ timeout: PATIENCE_MS });
    await expect.poll(legend, { timeout: PATIENCE_MS }).toContainEqual(expect.stringMatching(/failed\s+1$/));
    expect(await page.evaluate('globalThis.shifts')).toEqual([]);
    expect([...looking.troubles, ...other.troubles]).toEqual([]);
  });
});

/** https://web.dev/articles/cls */
const COUNT_SHIFTS = `globalThis.shifts = [];
new PerformanceObserver((list) => {
  for (const { sources } of list.getEntries()) shifts.push(...sources.map(({ node }) => node?.textContent ?? ''));
}).observe({ type: 'layout-shift' });`;
