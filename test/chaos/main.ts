/** `npm run chaos -- [--seed N] [--seeds K] [--rounds R] [--cells C]`: storms over the whole local cloud; see docs/execution.md. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runSeed, type SeedResult } from './run-seed.ts';
import { describeKill } from './schedule.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '4' },
    cells: { type: 'string', default: '64' },
    /** Keeps what happened also when all went well. */
    trace: { type: 'boolean', default: false },
  },
});

function positive(name: 'seed' | 'seeds' | 'rounds' | 'cells'): number {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number > 0) return number;
  console.error(`--${name} takes a positive number, and "${values[name]}" is none.`);
  process.exit(2);
}

const [seed, seeds, rounds, cells] = [positive('seed'), positive('seeds'), positive('rounds'), positive('cells')];
const startedMs = performance.now();
const say = (text: string): void =>
  console.log(`${((performance.now() - startedMs) / 1_000).toFixed(1).padStart(7)} s  ${text}`);

/** All that is needed to see what went wrong, and how to have it again. */
function report({ wrongs, schedules, trace }: SeedResult, name: string): void {
  const folder = mkdtempSync(join(tmpdir(), `daymill-chaos-${name}-`));
  writeFileSync(join(folder, 'trace.txt'), `${trace.join('\n')}\n`);
  for (const wrong of wrongs.slice(0, 20)) console.log(`    ${wrong}`);
  for (const { round, kills, faults } of schedules) {
    console.log(`    round ${round} was to suffer ${kills.map(describeKill).join('; ') || 'no kills'}`);
    console.log(`      and ${JSON.stringify({ ...faults, seed: undefined })}`);
  }
  console.log(`    all that happened: ${folder}/trace.txt`);
}

const calm = await runSeed({ seed: undefined, rounds, cells });
say(`calm: ${calm.rounds.map(({ made }) => Object.keys(made).length).join(', ')} cells a round`);
if (calm.wrongs.length > 0) {
  report(calm, 'calm');
  process.exit(1);
}
const failed: number[] = [];
for (let one = seed; one < seed + seeds; one++) {
  const result = await runSeed({ seed: one, rounds, cells, calm: calm.rounds });
  const count = (pattern: RegExp): number => result.trace.filter((line) => pattern.test(line)).length;
  const suffered = `${count(/ chaos: SIG/)} kills, ${count(/Fault plan/)} faults, ${count(/Pub\/Sub push/)} deliveries`;
  const well = result.wrongs.length === 0;
  say(`seed ${one}: ${well ? 'well' : 'WRONG'} after ${suffered}`);
  if (!well || values.trace) report(result, String(one));
  if (well) continue;
  failed.push(one);
  console.log(`    again: npm run chaos -- --seed ${one} --rounds ${rounds} --cells ${cells}`);
}
say(`${seeds - failed.length} of ${seeds} seeds went well${failed.length > 0 ? `, all but ${failed.join(', ')}` : ''}`);
process.exitCode = failed.length > 0 ? 1 : 0;
