/** A real browser that looks at the page, and tells of everything that goes wrong while it does. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { build } from 'vite';

/** Undefined when this machine has none. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** A window on a desk, and the narrowest telephone that the page is made for; pixels. */
export const DESK = { width: 1440, height: 900 };
export const TELEPHONE = { width: 390, height: 844 };

const ROOT = resolve(import.meta.dirname, '../..');

/** Builds the page from its source. */
export async function buildPage(): Promise<void> {
  await build({ configFile: resolve(ROOT, 'src/dashboard/vite.config.ts'), logLevel: 'warn' });
}

/** What a container lets a browser do, and nothing that it would ask of its maker. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: CHROMIUM ?? '',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

/** In the page. https://www.w3.org/TR/CSP3/#violation-events */
const TELL_FORBIDDEN = `document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
  console.error('the policy forbade ' + violatedDirective + ' ' + blockedURI + ' of ' + sourceFile))`;

export interface Looking {
  readonly page: Page;
  /** What the browser complained of: errors of scripts, requests that failed, what the policy forbade. In order. */
  readonly troubles: string[];
  /** Goes there as a link from elsewhere does, and waits until all that it asks for is there. */
  readonly open: (path: string) => Promise<void>;
}

export async function lookAt(context: BrowserContext, base: string): Promise<Looking> {
  const page = await context.newPage();
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', ({ message }) => troubles.push(message));
  await page.addInitScript({ content: TELL_FORBIDDEN });
  return {
    page,
    troubles,
    async open(path) {
      await page.goto(`${base}${path}`);
      await settled(page);
    },
  };
}

/** Until nothing on the page says that it waits. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main').waitFor();
  await page.locator('.wait, [aria-busy="true"]').first().waitFor({ state: 'detached' });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Findings of axe (of all its rules unless some are named) that keep somebody from using the page, a line each. https://github.com/dequelabs/axe-core */
export async function barriers(page: Page, rules?: readonly string[]): Promise<string[]> {
  if (!(await page.evaluate<boolean>("'axe' in globalThis"))) await page.evaluate(AXE);
  const { violations } = await page.evaluate<{ violations: Violation[] }>(
    `axe.run({ resultTypes: ["violations"], ${rules === undefined ? '' : `runOnly: ${JSON.stringify(rules)}`} })`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target.join(' ')} ${any[0]?.message ?? ''}`));
}

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly {
    readonly target: readonly string[];
    readonly any: readonly { readonly message: string }[];
  }[];
}
