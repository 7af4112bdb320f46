/** Every guide, followed block by block as somebody does who is new to Daymill, with the package as people get it. Needs the registry. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import pLimit, { type LimitFunction } from 'p-limit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { follow, type Reader } from '../support/guide/follow-guide.ts';
import { install, type Installed } from '../support/guide/guide-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const GUIDES = globSync(['README.md', 'docs/guides/*.md'], { cwd: REPOSITORY }).sort();

/** A folder for all that was typed and printed, for who mends a guide. */
const TRANSCRIPTS = process.env['GUIDE_TRANSCRIPTS'];

let folder: string;
let installed: Installed;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'daymill-guides-'));
  installed = install(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each starts processes of its own: more at once would only wait for each other. */
const atOnce = pLimit(2);
const ALL_MS = 1_800_000;

/** Guides that have something listen at a port of their own choice: never two with the same. */
const alone = new Map<string, LimitFunction>();

function alongside(guide: string): LimitFunction {
  const [port] = /(?<=--port )\d+/.exec(readFileSync(join(REPOSITORY, guide), 'utf8')) ?? [];
  if (port === undefined) return atOnce;
  const limit = alone.get(port) ?? pLimit(1);
  alone.set(port, limit);
  return ((act: () => Promise<string>) => limit(() => atOnce(act))) as LimitFunction;
}

test.concurrent.each(GUIDES)('%s', { timeout: ALL_MS }, async (guide) => {
  expect(await alongside(guide)(() => problemsOf(guide))).toBe('');
});

async function problemsOf(guide: string): Promise<string> {
  const name = basename(guide, '.md');
  const { readerOf } = (await import(`./readers/${name.toLowerCase()}.ts`)) as {
    readerOf: (installed: Installed) => Reader;
  };
  const text = readFileSync(join(REPOSITORY, guide), 'utf8');
  const { problems, transcript } = await follow(text, readerOf(installed), join(folder, name));
  if (TRANSCRIPTS !== undefined) writeFileSync(join(TRANSCRIPTS, `${name}.txt`), transcript);
  return problems.join('\n\n');
}
