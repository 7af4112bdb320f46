/** Which tasks read which: by the inputs that their cells were planned with, whatever the graph is by now. */
import type { Day } from '../../values/date.ts';
import type { Task, TaskCell } from '../model/task.ts';
import { decodeWindow } from '../model/window.ts';

/** By task: ids of the others that make what its cells read. */
export function readersOf(tasks: readonly Task[]): Map<string, string[]> {
  const makers = new Map<string, Map<Day, string>>();
  for (const task of tasks)
    for (const { computation, date } of task.cells) {
      const days = makers.get(computation) ?? new Map<Day, string>();
      makers.set(computation, days.set(date, task.id));
    }
  return new Map(
    tasks.map((task) => {
      const found = new Set<string>();
      for (const cell of task.cells)
        for (const { of, days } of readBy(cell, makers))
          for (const day of days) found.add(makers.get(of)?.get(day) ?? '');
      found.delete('');
      found.delete(task.id);
      return [task.id, [...found]];
    }),
  );
}

/** Computations among `made` that a cell reads, with the days. As `inputIdOf` names them. */
function readBy(
  { computation, date, inputs, reads }: TaskCell,
  made: ReadonlyMap<string, unknown>,
): { readonly of: string; readonly days: readonly Day[] }[] {
  return [...new Set([...Object.keys(inputs), ...Object.keys(reads)])].flatMap((id) => {
    const [kind = '', name = ''] = id.split(':');
    if (kind === 'dependency') return made.has(name) ? [{ of: name, days: [date] }] : [];
    if (kind === 'previous') return [{ of: computation, days: [reads[id] ?? ''] }];
    if (kind !== 'history' && kind !== 'seed') return [];
    // `history:30` is its own, `history:rsi:30` another's.
    const of = id.split(':').length === 2 ? computation : name;
    return made.has(of) ? [{ of, days: decodeWindow(reads[id] ?? '', date) }] : [];
  });
}
