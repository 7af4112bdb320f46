/** Which tasks are at work at the moment, by what workers log, and how long they take as a rule. */
import type { UnderWay } from './draw-phase.ts';
import type { LogEntry } from './local/log-entry.ts';

/** Seconds that a cell takes as a rule, by computation; what never ran is not there. */
export type Usual = ReadonlyMap<string, number>;

interface Started {
  readonly run: string;
  readonly name: string;
  readonly sinceMs: number;
  readonly usualMs: number | undefined;
  left: number;
}

export interface TasksUnderWay {
  readonly learn: (usual: Usual) => void;
  readonly onLog: (entry: LogEntry) => void;
  /** The slowest first: those with most of their time still to come. */
  readonly list: () => UnderWay[];
}

/** Ends of a cell. */
export const CELL_ENDS: ReadonlySet<string | undefined> = new Set(['cell.completed', 'cell.unchanged', 'cell.failed']);

/** Ends of an attempt, whatever became of its cells. */
const TASK_ENDS: ReadonlySet<string | undefined> = new Set(['task.failed', 'task.continued', 'task.rerouted']);

export function tasksUnderWay(now: () => number): TasksUnderWay {
  let usual: Usual = new Map();
  const tasks = new Map<string, Started>();
  return {
    learn: (known) => (usual = known),
    onLog({ event, fields }) {
      const id = String(fields['task']);
      if (event === 'task.started') {
        const computations = Object.entries((fields['computations'] ?? {}) as Record<string, number>);
        tasks.set(id, {
          run: String(fields['run']),
          name: nameOf(computations, Number(fields['cells']), String(fields['cell'])),
          sinceMs: now(),
          usualMs: usualOf(computations, Number(fields['cells']), usual),
          left: Number(fields['cells']),
        });
      } else if (CELL_ENDS.has(event)) {
        const task = tasks.get(id);
        if (task !== undefined && --task.left <= 0) tasks.delete(id);
      } else if (TASK_ENDS.has(event)) tasks.delete(id);
      else if (event === 'run.completed')
        for (const [key, { run }] of tasks) if (run === fields['run']) tasks.delete(key);
    },
    list: () =>
      [...tasks.values()]
        .map(({ name, sinceMs, usualMs }) => ({ name, elapsedMs: now() - sinceMs, usualMs }))
        .sort((a, b) => endOf(b) - endOf(a) || b.elapsedMs - a.elapsedMs),
  };
}

/** What it has still to take, as far as anybody knows. */
const endOf = ({ elapsedMs, usualMs }: UnderWay): number => Math.max(0, (usualMs ?? 0) - elapsedMs);

/** `rsi-14@2001-01-02`, `rsi-14, 21 cells from 2001-01-02`, `airport-day and 6 more computations, 7 cells from 2001-01-02`. */
function nameOf(computations: readonly (readonly [string, number])[], cells: number, cell: string): string {
  if (cells === 1) return cell;
  const [computation = '', date = ''] = cell.split('@');
  const others = computations.length - 1;
  const more = others <= 0 ? '' : ` and ${others} more ${others === 1 ? 'computation' : 'computations'}`;
  return `${computation}${more}, ${cells} cells from ${date}`;
}

/** Undefined when one of its computations is not known, or not named. */
function usualOf(
  computations: readonly (readonly [string, number])[],
  cells: number,
  usual: Usual,
): number | undefined {
  let [seconds, named] = [0, 0];
  for (const [computation, count] of computations) {
    const of = usual.get(computation);
    if (of === undefined) return undefined;
    seconds += of * count;
    named += count;
  }
  return named === cells ? seconds * 1_000 : undefined;
}
