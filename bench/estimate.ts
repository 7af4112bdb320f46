/** What a plan says that a run will take, beside what it took: ten random changes of a small project, each planned and then run. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PlanAnswer } from '../src/mill/answers/plan.ts';
import { RunSummary } from '../src/mill/answers/run-summary.ts';
import { inAllOf } from '../src/mill/answers/plan-cost.ts';
import { type EstimateProject, estimateProject } from './estimate-project.ts';

const CHANGES = 10;
const QUICK_CHANGES = 3;

/** Any seed does; the same brings the same changes. */
const SEED = 7;

interface Row {
  readonly change: string;
  readonly cells: string;
  readonly ran: number;
  readonly reads: Compared;
  readonly writes: Compared;
}

interface Compared {
  readonly planned: number;
  readonly atMost: number;
  readonly used: number;
}

export async function benchEstimate({ quick }: { readonly quick: boolean }): Promise<void> {
  const project = estimateProject(SEED);
  const rows: Row[] = [];
  try {
    await daymill(project, ['run', '--json']);
    await daymill(project, ['run', '--json']);
    for (let index = 0; index < (quick ? QUICK_CHANGES : CHANGES); index++) rows.push(await measure(project));
  } finally {
    project.remove();
  }
  const out = [
    '| change | cells planned | ran | reads: planned | at most | used | off | writes: planned | at most | used | off |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(
      ({ change, cells, ran, reads, writes }) =>
        `| ${[change, cells, ran, ...columns(reads), ...columns(writes)].join(' | ')} |`,
    ),
  ];
  const over = rows.flatMap(({ reads, writes }) => [reads, writes]).filter(({ used, atMost }) => used > atMost).length;
  out.push('', `Bounds exceeded: ${over}.`);
  process.stdout.write(`${out.join('\n')}\n`);
}

async function measure(project: EstimateProject): Promise<Row> {
  const change = project.change();
  const plan = PlanAnswer.parse(await daymill(project, ['plan', '--json']));
  const summary = RunSummary.parse(await daymill(project, ['run', '--json']));
  const { reads = 0, writes = 0 } = summary.firestore ?? {};
  const [planned, atMost] = [inAllOf(plan.cost), plan.cost.most];
  return {
    change,
    cells: `${planned.cells} … ${atMost.cells}`,
    ran: summary.completed + summary.failed,
    reads: { planned: planned.reads, atMost: atMost.reads, used: reads },
    writes: { planned: planned.writes, atMost: atMost.writes, used: writes },
  };
}

/** How far what was used lies outside of what was said: below the plan, or above the most. */
const columns = ({ planned, atMost, used }: Compared): string[] => {
  const off = used > atMost ? used / atMost - 1 : used < planned ? used / planned - 1 : 0;
  return [planned, atMost, used].map(String).concat(`${Math.round(off * 100)} %`);
};

async function daymill({ root }: EstimateProject, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/cli/main.ts'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  await new Promise((resolve) => {
    child.once('close', resolve);
  });
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '');
}
