/** Follows a run by what its functions log: a bar for each phase while it goes well, lines when something does not. */
import type { Manifest } from '../mill/model/manifest.ts';
import { type Day, toOrdinal } from '../values/date.ts';
import type { LoadRange } from '../mill/steps/load/bundled-sources.ts';
import type { LogEntry } from './local/log-entry.ts';
import { counted } from './counted.ts';
import type { Output } from './output.ts';
import { tellTrouble } from './tell-trouble.ts';
import { CELL_ENDS, tasksUnderWay, type Usual } from './under-way.ts';

export interface RunProgress {
  /** Call when a dataset is begun, and with each day as it is loaded. */
  readonly onLoad: (dataset: string, date?: Day) => void;
  readonly onLog: (entry: LogEntry) => void;
  /** What is to be loaded, before it is. */
  readonly loads: (ranges: readonly LoadRange[]) => void;
  /** What cells take as a rule. */
  readonly learn: (usual: Usual) => void;
  /** Ends the phase that is shown. */
  readonly end: () => void;
}

/** A night's last round is one of its own: people wonder else why a pass comes twice. */
const SWEEP = 'Sweep: what failed for a passing reason is tried once more.';

/** Of a pass; `audits` of its cells were skipped, and run again in shadow. */
interface PassCells {
  done: number;
  total: number;
  audits: number;
}

export function watchRun(output: Output, manifest: Manifest, now: () => number = () => performance.now()): RunProgress {
  const passOf = new Map(manifest.computations.map(({ name, pass }) => [name, pass]));
  const ranges = new Map<string, LoadRange>();
  const cellsOf = new Map<string, PassCells>();
  const tasks = tasksUnderWay(now);
  const tell = tellTrouble(output);
  let isSweep = false;
  let shown = '';
  let endText = '';

  const show = (label: string, done: number, total: number, ended: string): void => {
    if (shown !== '' && shown !== label) output.progressEnd(endText);
    [shown, endText] = [label, ended];
    output.progress({ label, done, total, underWay: tasks.list });
  };
  const end = (): void => {
    if (shown !== '') output.progressEnd(endText);
    shown = '';
  };
  const showPass = (pass: number, count: (cells: PassCells) => void): void => {
    const name = `${isSweep ? 'sweep, ' : ''}pass ${pass}`;
    const cells = cellsOf.get(name) ?? { done: 0, total: 0, audits: 0 };
    cellsOf.set(name, cells);
    count(cells);
    // A worker's line may come before the dispatcher's.
    const total = Math.max(cells.total, cells.done);
    show(name, cells.done, total, `${name}  ${describeCells(cells)}`);
  };

  return {
    loads(all) {
      for (const range of all) ranges.set(range.dataset.name, range);
    },
    onLoad(dataset, date) {
      const range = ranges.get(dataset);
      if (range === undefined) return;
      const start = toOrdinal(range.from) - 1;
      const [done, total] = [date === undefined ? 0 : toOrdinal(date) - start, toOrdinal(range.to) - start];
      show(`loading ${dataset}`, done, total, `loaded ${dataset}, ${range.from} … ${range.to},`);
    },
    onLog(entry) {
      const { event, fields } = entry;
      tasks.onLog(entry);
      if (event === 'dispatched' && typeof fields['pass'] === 'number' && Number(fields['cells']) > 0) {
        if (fields['sweep'] === true && !isSweep) {
          end();
          output.line(SWEEP);
        }
        isSweep = fields['sweep'] === true;
        showPass(fields['pass'], (cells) => {
          cells.total += Number(fields['cells']);
          cells.audits += Number(fields['audits'] ?? 0);
        });
      } else if (CELL_ENDS.has(event)) {
        // Shadows run in another pass than their computation's.
        const own = passOf.get(String(fields['cell']).split('@')[0] ?? '');
        const pass = typeof fields['pass'] === 'number' ? fields['pass'] : own;
        if (pass !== undefined) showPass(pass, (cells) => cells.done++);
      }
      tell(entry);
    },
    learn: tasks.learn,
    end,
  };
}

function describeCells({ done, audits }: PassCells): string {
  const own = Math.max(0, done - audits);
  if (audits === 0) return counted(own, 'cell');
  const audited = `${counted(audits, 'skipped cell')} audited`;
  return own === 0 ? audited : `${counted(own, 'cell')}, ${audited}`;
}
