/** Follows a run by what its functions log: a bar for each phase while it goes well, lines when something does not. */
import type { Manifest } from '../mill/model/manifest.ts';
import { type Day, toOrdinal } from '../values/date.ts';
import type { LoadRange } from '../mill/steps/load/bundled-files.ts';
import type { LogEntry } from './local/log-entry.ts';
import { counted } from './counted.ts';
import type { Output } from './output.ts';
import { paint } from './paint.ts';

export interface RunProgress {
  /** Call with each day as it is loaded. */
  readonly onLoad: (dataset: string, date: Day) => void;
  readonly onLog: (entry: LogEntry) => void;
  /** What is to be loaded, before it is. */
  readonly loads: (ranges: readonly LoadRange[]) => void;
  /** Ends the phase that is shown. */
  readonly end: () => void;
}

/** Severities that people should see while it runs. */
const TROUBLE = new Set(['WARNING', 'ERROR', 'CRITICAL']);

/** Lines about one kind of trouble; the summary has the count of failed cells. */
const MAX_LINES_A_KIND = 3;

/** Lines that a computation printed; its attempts keep the first of each. */
const MAX_PRINTED_LINES = 20;

/** Of a pass; `audits` of its cells were skipped, and run again in shadow. */
interface PassCells {
  done: number;
  total: number;
  audits: number;
}

export function watchRun(output: Output, manifest: Manifest): RunProgress {
  const passOf = new Map(manifest.computations.map(({ name, pass }) => [name, pass]));
  const ranges = new Map<string, LoadRange>();
  const cellsOf = new Map<number, PassCells>();
  const said = new Map<string, number>();
  let shown = '';
  let endText = '';

  const show = (label: string, done: number, total: number, ended: string): void => {
    if (shown !== '' && shown !== label) output.progressEnd(endText);
    [shown, endText] = [label, ended];
    output.progress({ label, done, total });
  };
  const showPass = (pass: number, count: (cells: PassCells) => void): void => {
    const cells = cellsOf.get(pass) ?? { done: 0, total: 0, audits: 0 };
    cellsOf.set(pass, cells);
    count(cells);
    // A worker's line may come before the dispatcher's.
    const total = Math.max(cells.total, cells.done);
    show(`pass ${pass}`, cells.done, total, `pass ${pass}  ${describeCells(cells)}`);
  };
  const warn = ({ source, message, event, fields }: LogEntry): void => {
    const [computation = ''] = String(fields['cell']).split('@');
    const ofCell = event === 'cell.failed' || event === 'cell.completed' || event === 'cell.stray';
    const kind = ofCell ? `${event} ${computation}` : message;
    const times = (said.get(kind) ?? 0) + 1;
    said.set(kind, times);
    const who = ofCell ? String(fields['cell']) : source;
    if (times <= MAX_LINES_A_KIND) output.trouble(`${who}: ${message}`);
    else if (times === MAX_LINES_A_KIND + 1) output.trouble(`${who}: ${message} (more of the same are not shown)`);
  };

  /** What a computation's own code printed: who looks for a mistake in it wants all of it, the others none of a million lines. */
  const showPrinted = ({ message, fields }: LogEntry): void => {
    const cell = String(fields['cell']);
    const kind = `cell.printed ${cell.split('@')[0]}`;
    const times = (said.get(kind) ?? 0) + 1;
    said.set(kind, times);
    if (times > MAX_PRINTED_LINES + 1) return;
    const at = typeof fields['at'] === 'string' ? `${fields['at']}: ` : '';
    output.trouble(
      times <= MAX_PRINTED_LINES
        ? `${paint.quiet(`${cell} ${at}`)}${message}`
        : `${cell.split('@')[0]} prints more; daymill attempts ${cell.replace('@', ' ')} has what it printed for a day`,
    );
  };

  return {
    loads(all) {
      for (const range of all) ranges.set(range.dataset.name, range);
    },
    onLoad(dataset, date) {
      const range = ranges.get(dataset);
      if (range === undefined) return;
      const start = toOrdinal(range.from) - 1;
      const [done, total] = [toOrdinal(date) - start, toOrdinal(range.to) - start];
      show(`loading ${dataset}`, done, total, `loaded ${dataset}, ${range.from} … ${range.to},`);
    },
    onLog(entry) {
      const { event, fields } = entry;
      if (event === 'dispatched' && typeof fields['pass'] === 'number' && Number(fields['cells']) > 0) {
        showPass(fields['pass'], (cells) => {
          cells.total += Number(fields['cells']);
          cells.audits += Number(fields['audits'] ?? 0);
        });
      } else if (event === 'cell.completed' || event === 'cell.unchanged' || event === 'cell.failed') {
        // Shadows run in another pass than their computation's.
        const own = passOf.get(String(fields['cell']).split('@')[0] ?? '');
        const pass = typeof fields['pass'] === 'number' ? fields['pass'] : own;
        if (pass !== undefined) showPass(pass, (cells) => cells.done++);
      }
      if (event === 'cell.printed') showPrinted(entry);
      if (TROUBLE.has(entry.severity)) warn(entry);
    },
    end() {
      if (shown !== '') output.progressEnd(endText);
      shown = '';
    },
  };
}

function describeCells({ done, audits }: PassCells): string {
  const own = Math.max(0, done - audits);
  if (audits === 0) return counted(own, 'cell');
  const audited = `${counted(audits, 'skipped cell')} audited`;
  return own === 0 ? audited : `${counted(own, 'cell')}, ${audited}`;
}
