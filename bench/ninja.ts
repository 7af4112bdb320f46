/** The same graph for ninja, one edge a cell: what does it take to find that nothing is to be done, or that everything is? */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isChained, type Manifest } from '../src/mill/model/manifest.ts';
import { medianOf } from './planning-case.ts';

const NINJA = '/usr/bin/ninja';
const RUNS = 5;
/** A null build needs every output as a file. */
const MAX_FILES = 200_000;

export interface NinjaTimes {
  /** Undefined when there would be too many files. */
  readonly nullMs: number | undefined;
  /** `-n`: everything is stale, and nothing is run. */
  readonly dryMs: number;
}

/**
 * Undefined where there is no ninja. Rules are `generator` rules, so that files are compared by their times alone and no build log is
 * read: in ninja's favour.
 */
export function measureNinja(folder: string, manifest: Manifest, days: number): NinjaTimes | undefined {
  if (!existsSync(NINJA)) return undefined;
  const outputs = writeBuildFile(folder, manifest, days);
  const dryMs = timeOf(folder, ['-n', '--quiet'], days > 1_000 ? 1 : RUNS, '');
  if (outputs.length > MAX_FILES) return { nullMs: undefined, dryMs };
  const now = new Date();
  for (const path of outputs) {
    closeSync(openSync(join(folder, path), 'w'));
    utimesSync(join(folder, path), now, now);
  }
  return { nullMs: timeOf(folder, [], RUNS, 'ninja: no work to do.\n'), dryMs };
}

function timeOf(folder: string, args: readonly string[], runs: number, expected: string): number {
  const times = Array.from({ length: runs }, () => {
    const started = performance.now();
    const { status, stdout, stderr } = spawnSync(NINJA, args, { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 30 });
    const ms = performance.now() - started;
    if (status !== 0 || (expected !== '' && stdout !== expected))
      throw new Error(`ninja: ${stderr}${stdout.slice(0, 500)}`);
    return ms;
  });
  return medianOf(times);
}

/** Answers the outputs. Root data is left out: a build file without sources is one that nothing has touched. */
function writeBuildFile(folder: string, manifest: Manifest, days: number): string[] {
  const file = openSync(join(folder, 'build.ninja'), 'w');
  writeSync(file, 'rule run\n  command = : > $out\n  generator = 1\n');
  const outputs: string[] = [];
  for (let day = 0; day < days; day++) {
    mkdirSync(join(folder, String(day)));
    const lines = manifest.computations.map((computation) => {
      const inputs = computation.needs.flatMap((need) => (need.kind === 'dependency' ? [`${day}/${need.of}`] : []));
      if (isChained(computation) && day > 0) inputs.push(`${day - 1}/${computation.name}`);
      const output = `${day}/${computation.name}`;
      outputs.push(output);
      return `build ${output}: run ${inputs.join(' ')}\n`;
    });
    writeSync(file, lines.join(''));
  }
  closeSync(file);
  return outputs;
}
