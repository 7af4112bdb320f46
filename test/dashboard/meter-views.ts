/** What the meter's views do in a browser, for the test that has one, and a project that is served. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Looking } from '../support/browser.ts';
import type { Serving } from '../support/serving.ts';

/** The organization whose page a laptop shows. */
const ORGANIZATION = 'demo';

/** Pixels that are dragged over a plot. */
const DRAGGED = 200;

const parametersOf = (page: Page): URLSearchParams => new URL(page.url()).searchParams;

async function dragOver(page: Page): Promise<void> {
  const box = await page.locator('.u-over').first().boundingBox();
  if (box === null) throw new Error('There is no plot to drag over.');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + DRAGGED, y, { steps: 4 });
  await page.mouse.up();
}

export function meterTests(of: () => { readonly looking: Looking; readonly served: Serving }): void {
  test('asks in PromQL: completed when that is asked for, drawn, zoomed into, and back', async () => {
    const { looking } = of();
    const { page, troubles } = looking;
    await looking.open('/explore');
    const box = page.getByRole('textbox', { name: 'Expression 1' });
    await box.fill('queue_l');
    expect(await page.getByRole('option').count()).toBe(0);
    await box.press('Control+Space');
    await page.getByRole('option', { name: 'queue_length' }).waitFor();
    await box.press('Enter');
    await box.press('Enter');
    await page.getByRole('button', { name: '{queue="q2"}' }).waitFor();
    expect(parametersOf(page).getAll('q')).toEqual(['queue_length']);
    await dragOver(page);
    await expect.poll(() => parametersOf(page).get('start')).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    expect(parametersOf(page).get('start')).toBeNull();
    expect(troubles).toEqual([]);
  });

  test('marks the place of an error, and keeps the other expression', async () => {
    const { looking } = of();
    const { page } = looking;
    await looking.open(`/explore?q=${encodeURIComponent('rate(queue_length')}&q=queue_length`);
    await page.getByText('unexpected end of input').waitFor();
    expect(await page.locator('mark').count()).toBe(1);
    await page.getByRole('button', { name: '{queue="q1"}' }).waitFor();
  });

  test('shows a heartbeat as it comes, in the row that was there', async () => {
    const { looking, served } = of();
    const { page, troubles } = looking;
    await looking.open('/runtimes');
    const age = page.getByRole('row', { name: /mail-workers/ }).locator('.age');
    await age.waitFor();
    const told = (): Promise<string | null> => age.getAttribute('title');
    const before = await told();
    await page.evaluate("globalThis.row = document.querySelector('tbody tr')");
    const id = await runtimeOf(page);
    const token = await served.token(ORGANIZATION, 'developer');
    const beat = async (): Promise<string | null> => {
      await served.ask(`/api/runtime/${id}/heartbeat`, { token, json: { metrics: { cpu_ema: 0.9 } } });
      return told();
    };
    await expect.poll(beat, { timeout: 60_000, interval: 2_000 }).not.toBe(before);
    expect(await page.evaluate('globalThis.row.isConnected')).toBe(true);
    expect(troubles).toEqual([]);
  });

  test('narrows events down by what they say, and opens one as it was sent', async () => {
    const { looking } = of();
    const { page, troubles } = looking;
    await looking.open('/events');
    await page.getByRole('region', { name: 'user' }).getByRole('button', { name: 'ann' }).click();
    expect(parametersOf(page).get('user_id')).toBe('ann');
    await page.getByRole('region', { name: 'Events of commands' }).getByRole('link').first().click();
    await page.getByText('"execution_time_ms": 4200').waitFor();
    expect(troubles).toEqual([]);
  });

  test('shows what was refused, whole, with the command that sends it again', async () => {
    const { looking } = of();
    const { page, troubles } = looking;
    await looking.open('/rejected');
    await page.getByRole('link', { name: 'TOO_OLD' }).click();
    await page.getByRole('region', { name: 'Requests' }).getByRole('link').first().click();
    await page.getByText('"name": "late"').waitFor();
    const command = page.getByRole('button', { name: /dead-letters replay/ });
    expect(await command.getAttribute('data-command')).toBe(
      `npx daymill dead-letters replay ${parametersOf(page).get('id')} --org ${ORGANIZATION}`,
    );
    expect(troubles).toEqual([]);
  });
}

async function runtimeOf(page: Page): Promise<string> {
  const href = await page.getByRole('link', { name: 'mail-workers' }).getAttribute('href');
  return new URLSearchParams((href ?? '').split('?')[1]).get('id') ?? '';
}
