/** A hold on a task that keeps the task's history in what it saves. */
import { type AttemptReport, recordSave } from '../../lifecycle/attempt-record.ts';
import { isTerminal } from '../../model/task.ts';
import type { Hearing } from './hear-printed.ts';
import type { Meter } from './meter.ts';
import type { HeldTask } from '../../ports/tasks.ts';
import type { Clock } from '../../../process/ports.ts';

/** What an attempt of our own knows of itself. */
interface OwnAttempt {
  readonly meter: Meter;
  readonly hearing: Pick<Hearing, 'printed'>;
}

/** Without `own` for those who end an attempt that was another's. */
export function audited(held: HeldTask, clock: Clock, own?: OwnAttempt): HeldTask {
  const meter = own?.meter;
  const report = (): AttemptReport => {
    const printed = own?.hearing.printed();
    return {
      nowMs: clock.now(),
      ...(own === undefined ? {} : { figures: own.meter.figures() }),
      ...(printed === undefined ? {} : { printed }),
    };
  };
  return {
    get task() {
      return held.task;
    },
    heartbeat(telemetry, untilMs) {
      meter?.wrote(1);
      return held.heartbeat(telemetry, untilMs);
    },
    handBack: (decide) => held.handBack((task) => recordSave(decide(task), report())),
    save(task, change) {
      if (meter === undefined) return held.save(recordSave(task, report()), change);
      const { cells = [], parts = [] } = change ?? {};
      for (const cell of cells) meter.cell(cell);
      // The task, its cells and parts, and the run's count where it changes: counted before, so that the record has them.
      const documents = 1 + cells.length + parts.length + (isTerminal(task) || parts.length > 0 ? 1 : 0);
      return meter.commit(documents, () => held.save(recordSave(task, report()), change));
    },
  };
}
