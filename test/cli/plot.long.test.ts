/** Pictures by the command line: real processes, on a project that has run. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlotAnswer } from '../../src/cli/pictures/plot.ts';
import { asJson } from '../support/as-json.ts';
import { assertWellFormed } from '../support/well-formed.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill } from './start-daymill.ts';

describe('a project that ran', () => {
  let project: ShopProject;
  beforeAll(async () => {
    project = shopProject();
    const { code, stderr } = await run('run');
    if (code !== 0) throw new Error(stderr);
  });
  afterAll(() => project.remove());
  const run = (...args: string[]) => daymill(project, args);

  test('plots a result over its days: as numbers, as text, as a picture', async () => {
    const answer = asJson(PlotAnswer, (await run('plot', 'total-day', '--json')).json());
    expect(answer).toMatchObject({ metric: 'total-day', unit: '', left: 0 });
    expect(answer.series.map(({ labels, points }) => [labels, points.length])).toEqual([[{ member: 'amount' }, 4]]);
    const { stdout } = await run('plot', 'total-day.amount');
    expect(stdout).toMatch(/^total-day\.amount\n.*┤/);
    expect(stdout).toMatch(/\nline +last +least +most +points\n/);
    expect((await run('plot', 'total-day', '--svg', 'total.svg')).stdout).toBe('total.svg\n');
    assertWellFormed(readFileSync(join(project.root, 'total.svg'), 'utf8'));
    assertWellFormed((await run('plot', 'total-day', '--svg', '-')).stdout);
  });

  test('plots what PromQL comes to', async () => {
    const args = ['vector(3)', '--org', 'acme', '--from', '2024-01-01', '--to', '2024-01-02', '--json'];
    const answer = asJson(PlotAnswer, (await run('plot', ...args)).json());
    expect(answer.series[0]?.points.at(0)).toEqual([Date.parse('2024-01-01'), 3]);
    expect(answer.toMs).toBe(Date.parse('2024-01-03'));
    const nothing = await run('plot', 'up', '--org', 'acme');
    expect([nothing.code, nothing.stdout]).toEqual([1, 'There is nothing of up in this time.\n']);
  });

  test.each([
    [['plot', 'nobody'], /There is no computation "nobody".*--org/],
    [['plot', 'total-day.nothing'], /no member "nothing": they have amount/],
    [['plot', 'total-day', '--by', 'zone'], /no line has the label "zone": there are member/],
    [['plot', 'total-day', '--entity', 'x'], /are not by entity/],
    [['plot', 'total-day', '--from', '2024-01-03', '--to', '2024-01-02'], /2024-01-02 is before 2024-01-03/],
    [['plot', 'total-day', '--svg', 'nowhere/x.svg'], /--svg nowhere\/x\.svg: ENOENT/],
    [['plot', 'sum(', '--org', 'acme'], /sum\(: /],
    [['plot', 'up', '--org', 'acme', '--from', 'monday'], /--from: "monday" is not a day/],
    [['report', '--svg', 'nowhere/x.svg'], /--svg nowhere\/x\.svg: ENOENT/],
  ])('%j is refused in plain words', async (args, words) => {
    const { code, stderr } = await run(...args);
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(words);
    expect(code).toBe(2);
  });

  test('draws the grid of a report', async () => {
    expect((await run('report', '--svg', 'report.svg')).code).toBe(0);
    const svg = readFileSync(join(project.root, 'report.svg'), 'utf8');
    assertWellFormed(svg);
    expect(svg).toContain('up to date<');
    expect(svg).toContain('>total-day<');
    expect(existsSync(join(project.root, 'nowhere'))).toBe(false);
  });
});
