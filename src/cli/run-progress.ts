/** Follows a run by what its functions log: bars while it goes well, lines when something does not. */
import type { Day } from '../model/date.ts';
import type { LogEntry } from './local/log-entry.ts';
import type { Output } from './output.ts';

export interface RunProgress {
  readonly onLoad: (dataset: string, date: Day) => void;
  readonly onLog: (entry: LogEntry) => void;
}

/** Severities that people should see while it runs. */
const TROUBLE = new Set(['WARNING', 'ERROR', 'CRITICAL']);

export function watchRun(output: Output): RunProgress {
  let cells = 0;
  let done = 0;
  return {
    onLoad(dataset, date) {
      output.progress(`loading ${dataset} ${date}`, 0, 0);
    },
    onLog(entry) {
      switch (entry.event) {
        case 'dispatched':
          cells += Number(entry.fields['cells'] ?? 0);
          if (cells > 0) output.progress('cells', done, cells);
          return;
        case 'cell.completed':
        case 'cell.unchanged':
        case 'cell.failed':
          done++;
          output.progress('cells', done, cells);
          break;
        default:
      }
      if (TROUBLE.has(entry.severity)) output.trouble(`${entry.source}: ${entry.message}`);
    },
  };
}
