/**
 * A year of nights: real processes, kept running, over a project whose data and code change as they do. What is stored, what a night reads
 * and writes, and what each process keeps: linear in the data where it is data, and flat otherwise.
 */
import { loadavg } from 'node:os';
import { startYearMill, type YearMill } from './year-mill.ts';
import { type Checkpoint, type Night, reportYear } from './year-report.ts';
import { changesCode, dayOf, FIRST_DAY, happeningOf, yearProject } from './year-project.ts';

const WHOLE = 365;
const QUICK = 30;

/** Looks at all that is stored and kept. */
const LOOKS = 12;

/** Nights between two signs of life. */
const PROGRESS = 30;

const DAY_MS = 86_400_000;
/** When a night begins, after the day's end. */
const BEGINS_MS = 2 * 3_600_000;

export async function benchYear({ quick }: { readonly quick: boolean }): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const nights = quick ? QUICK : WHOLE;
  print(`Load when it began: ${loadavg()[0]?.toFixed(1)}.\n`);
  const project = yearProject(nights);
  const trouble: string[] = [];
  project.become(1);
  try {
    const mill = await startYearMill(project.root, FIRST_DAY, (text) => trouble.push(text));
    try {
      const [lived, checkpoints]: [Night[], Checkpoint[]] = [[], []];
      for (let night = 1; night <= nights; night++) {
        const happening = happeningOf(night, nights);
        project.become(night);
        mill.moveTo(Date.parse(dayOf(night)) + DAY_MS + BEGINS_MS);
        if (changesCode(happening)) await mill.deploy();
        lived.push(await live({ night, happening }, mill, trouble));
        if (night % Math.max(1, Math.floor(nights / LOOKS)) === 0 || night === nights)
          checkpoints.push(await look(night, mill, trouble));
        if (night % PROGRESS === 0) process.stderr.write(`${night} nights\n`);
      }
      for (const line of reportYear(lived, checkpoints)) print(line);
    } finally {
      await mill.close();
    }
  } finally {
    project.remove();
  }
  print(`\nLoad when it ended: ${loadavg()[0]?.toFixed(1)}.`);
}

async function live(
  { night, happening }: Pick<Night, 'night' | 'happening'>,
  mill: YearMill,
  trouble: string[],
): Promise<Night> {
  await mill.load(dayOf(night));
  const before = await mill.usage();
  const started = performance.now();
  if (happening === 'worker killed') mill.killNextWorker();
  const execution = await mill.run(dayOf(night), { byHand: happening === 'asked for by hand' });
  const seconds = (performance.now() - started) / 1_000;
  const after = await mill.usage();
  if (execution.state !== 'SUCCEEDED')
    throw new Error(`night ${night} (${happening}) ${execution.state}: ${trouble.slice(-5).join('; ')}`);
  const { runs } = JSON.parse(execution.result ?? '{}') as { runs: string[] };
  const found = await Promise.all(runs.map((id) => mill.ports.runs.read(id)));
  const cells = found.reduce((sum, run) => sum + (run?.cells ?? 0), 0);
  return {
    night,
    happening,
    cells,
    seconds,
    reads: after.reads - before.reads,
    writes: after.writes - before.writes,
    rpcs: after.rpcs - before.rpcs,
  };
}

async function look(night: number, mill: YearMill, trouble: string[]): Promise<Checkpoint> {
  const { reads } = await live({ night, happening: undefined }, mill, trouble);
  return { night, census: mill.census(), memory: await mill.memory(), idleReads: reads };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
