/** A hold on a task that keeps the task's history in what it saves. */
import { recordSave } from '../../lifecycle/attempt-record.ts';
import { isTerminal } from '../../model/task.ts';
import type { Meter } from './meter.ts';
import type { HeldTask } from '../../ports/tasks.ts';
import type { Clock } from '../../../process/ports.ts';

/** Without a meter for those who end an attempt that was another's. */
export function audited(held: HeldTask, clock: Clock, meter?: Meter): HeldTask {
  return {
    get task() {
      return held.task;
    },
    heartbeat(telemetry, untilMs) {
      meter?.wrote(1);
      return held.heartbeat(telemetry, untilMs);
    },
    handBack: (decide) =>
      held.handBack((task) =>
        recordSave(decide(task), { nowMs: clock.now(), ...(meter === undefined ? {} : { figures: meter.figures() }) }),
      ),
    save(task, change) {
      const nowMs = clock.now();
      if (meter === undefined) return held.save(recordSave(task, { nowMs }), change);
      const { cells = [], parts = [] } = change ?? {};
      for (const cell of cells) meter.cell(cell);
      // The task, its cells and parts, and the run's count where it changes: counted before, so that the record has them.
      const documents = 1 + cells.length + parts.length + (isTerminal(task) || parts.length > 0 ? 1 : 0);
      return meter.commit(documents, () => held.save(recordSave(task, { nowMs, figures: meter.figures() }), change));
    },
  };
}
