/**
 * Writes docs/computations.md, and the charts in it, of what the bundled computations find in January 2001. Tests hold the page to the source,
 * and the charts to what is computed.
 */
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { daymill } from '../test/support/daymill-process.ts';
import { bundledProject } from './bundled-project.ts';

const ROOT = resolve(import.meta.dirname, '..');

/** One of each family at least: what is plotted, of which computation. */
const CHARTS: Readonly<Record<string, string>> = {
  'network-day': 'network-day.onTimeRate',
  'network-disruption': 'network-disruption.departuresLate',
  drawdown: 'drawdown.drawdown',
  'rsi-14': 'rsi-14.rsi',
};

const PICTURES = 'docs/images/computations';
export const CHARTS_FOLDER = join(ROOT, PICTURES);

const PAGE_ARGUMENTS = ['docs', '--pictures', PICTURES, '--out', 'docs/computations.md'] as const;

/** Of a project that has run, into the folder. */
export async function drawCharts(root: string, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const [name, metric] of Object.entries(CHARTS)) {
    const { code, stderr } = await daymill({ root }, ['plot', metric, '--svg', join(folder, `${name}.svg`)]);
    assert.equal(code, 0, stderr);
  }
}

/** What it says of it. */
export async function writePage(): Promise<string> {
  const { code, stdout, stderr } = await daymill({ root: ROOT }, PAGE_ARGUMENTS);
  assert.equal(code, 0, stderr);
  return stdout;
}

if (process.argv[1] === import.meta.filename) {
  const root = bundledProject();
  try {
    const { code, stderr } = await daymill({ root }, ['run']);
    assert.equal(code, 0, stderr);
    await drawCharts(root, CHARTS_FOLDER);
    process.stdout.write(await writePage());
  } finally {
    rmSync(resolve(root, '..'), { recursive: true, force: true });
  }
}
