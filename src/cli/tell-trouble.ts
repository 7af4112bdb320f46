/** What people should hear of a run while it goes on: warnings and errors, and what author code prints; a little of each kind. */
import type { LogEntry } from './local/log-entry.ts';
import type { Output } from './output.ts';
import { paint } from './paint.ts';

/** Severities that people should see while it runs. */
const TROUBLE = new Set(['WARNING', 'ERROR', 'CRITICAL']);

/** Lines about one kind of trouble; the summary has the count of failed cells. */
const MAX_LINES_A_KIND = 3;

/** Lines that a computation printed; its attempts keep the first of each. */
const MAX_PRINTED_LINES = 20;

export function tellTrouble(output: Output): (entry: LogEntry) => void {
  const said = new Map<string, number>();
  const timesOf = (kind: string): number => {
    const times = (said.get(kind) ?? 0) + 1;
    said.set(kind, times);
    return times;
  };
  const warn = ({ source, message, event, fields }: LogEntry): void => {
    const [computation = ''] = String(fields['cell']).split('@');
    const ofCell = event === 'cell.failed' || event === 'cell.completed' || event === 'cell.stray';
    const times = timesOf(ofCell ? `${event} ${computation}` : message);
    const who = ofCell ? String(fields['cell']) : source;
    if (times <= MAX_LINES_A_KIND) output.trouble(`${who}: ${message}`);
    else if (times === MAX_LINES_A_KIND + 1) output.trouble(`${who}: ${message} (more of the same are not shown)`);
  };
  /** What a computation's own code printed: who looks for a mistake in it wants all of it, the others none of a million lines. */
  const showPrinted = ({ message, fields }: LogEntry): void => {
    const cell = String(fields['cell']);
    const times = timesOf(`cell.printed ${cell.split('@')[0]}`);
    if (times > MAX_PRINTED_LINES + 1) return;
    const at = typeof fields['at'] === 'string' ? `${fields['at']}: ` : '';
    output.trouble(
      times <= MAX_PRINTED_LINES
        ? `${paint.quiet(`${cell} ${at}`)}${message}`
        : `${cell.split('@')[0]} prints more; daymill attempts ${cell.replace('@', ' ')} has what it printed for a day`,
    );
  };
  return (entry) => {
    if (entry.event === 'cell.printed') showPrinted(entry);
    if (TROUBLE.has(entry.severity)) warn(entry);
  };
}
