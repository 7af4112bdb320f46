/**
 * The services of a deployment as they run in the cloud: from the folder of an image with runtime packages alone. What is staged and installed, processor
 * time from a process's start to its first answer, and memory at rest and after a first build of seven days of flights.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_TIERS } from '../src/mill/tiers/default-tiers.ts';
import { Tiers } from '../src/mill/model/tier.ts';
import { type ProcessUsage, processUsage } from '../src/process/process-usage.ts';
import { daymill } from '../test/support/daymill-process.ts';
import { deployed, type Deployed, NAME, PROJECT, REGION } from '../test/support/deployed.ts';
import { installImage, packed, projectWith, run, stageInto, write } from '../test/support/packed.ts';
import { processesOf } from '../test/support/processes-of.ts';

const RUNS = 5;
const DAYS = ['--date', '2001-01-07'];

const CONFIG = `
import { defineConfig } from 'daymill';
export default defineConfig({ from: '2001-01-01', cloud: { project: '${PROJECT}', region: '${REGION}', name: '${NAME}' } });
`;

export async function benchServices(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-services-'));
  const project = { root: join(folder, 'flights') };
  const image = join(folder, 'image');
  let cloud: Deployed | undefined;
  try {
    projectWith(packed(folder), project.root, 'flights');
    write(project.root, { 'daymill.config.ts': CONFIG });
    const staged = stageInto(image, project.root);
    installImage(image);
    const installed = Number(run('du', ['-sk', 'node_modules'], { cwd: image }).split('\t')[0]);
    print(
      `load ${loadavg()
        .map((one) => one.toFixed(1))
        .join(' ')}; median of ${RUNS} starts`,
    );
    print(`staged ${(staged / 1e6).toFixed(2)} MB, installed ${(installed / 1_024).toFixed(0)} MB\n`);
    cloud = await deployed(project, { tiers: Tiers.parse(DEFAULT_TIERS), simulate: true, image });
    const starts = new Map<string, ProcessUsage>();
    for (const { id, url } of cloud.services) starts.set(id, await coldStart(id, url, cloud));
    const night = await daymill(project, ['run', '--cloud', ...DAYS], cloud.env);
    if (night.code !== 0) throw new Error(night.stderr + night.stdout);
    print('| service | to the first answer, processor ms | at rest, MB | after the days, MB |\n|---|--:|--:|--:|');
    for (const [id, { cpuMs, residentMB }] of starts)
      print(`| ${id} | ${cpuMs.toFixed(0)} | ${residentMB.toFixed(0)} | ${usageOf(id)?.residentMB.toFixed(0) ?? ''} |`);
    print(`\n${night.stdout.trim().split('\n').slice(-2).join('\n')}`);
  } finally {
    await cloud?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** By the variable that Cloud Run sets. Of several instances, the one that holds most. */
const usageOf = (id: string): ProcessUsage | undefined =>
  processesOf(`K_SERVICE=${NAME}-${id}\0`)
    .flatMap((pid) => processUsage(pid) ?? [])
    .sort((a, b) => b.residentMB - a.residentMB)[0];

/** A request that is refused, or a ping: what a function loads for its first answer, without any work. */
async function coldStart(id: string, url: string, cloud: Deployed): Promise<ProcessUsage> {
  const usages: ProcessUsage[] = [];
  for (let at = 0; at < RUNS; at += 1) {
    await cloud.restart();
    await fetch(id.startsWith('work') ? `${url}/projects/p/topics/t` : url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(id.startsWith('work') ? PUSH : { date: 'none' }),
    });
    const usage = usageOf(id);
    if (usage === undefined) throw new Error(`there is no process of ${id}`);
    usages.push(usage);
  }
  return usages.sort((a, b) => a.cpuMs - b.cpuMs)[Math.floor(RUNS / 2)] as ProcessUsage;
}

const PUSH = {
  message: {
    messageId: '1',
    data: Buffer.from(JSON.stringify({ action: 'PING', id: 'bench' })).toString('base64'),
  },
  subscription: 'projects/p/subscriptions/s',
};
