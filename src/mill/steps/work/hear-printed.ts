/** Hears what author code prints: each line goes to the log with its cell and its place, the first few are kept with the attempt. */
import { relative } from 'node:path';
import { shortened } from '../../../errors.ts';
import { authorFrame, placeOfFrame, stackHere } from '../../../process/author-frame.ts';
import type { Log } from '../../../process/ports.ts';
import { type CellKey, cellName } from '../../model/cell.ts';
import type { Printed, PrintedLine } from '../../model/printed.ts';

/** Lines that are kept with an attempt, in the task's document. */
export const KEPT_LINES = 20;

/** Characters of each of them. */
export const KEPT_CHARACTERS = 300;

/** Lines of a cell that are told in the log; those above are counted. A computation may print for each of a million entities. */
export const LOGGED_LINES = 100;

/** Of an entry of the log. */
const LOGGED_CHARACTERS = 10_000;

export interface Hearing {
  /** Takes what one cell prints. `fields`: what the log says of it. */
  of(cell: CellKey, fields: Record<string, unknown>): (text: string) => void;
  /** Undefined while nobody has printed anything. */
  printed(): Printed | undefined;
}

/** Of one attempt. `root`: the project's folder, which places are told from. */
export function hearPrinted(root: string, log: Log): Hearing {
  const lines: PrintedLine[] = [];
  let count = 0;
  return {
    of(key, fields) {
      const cell = cellName(key);
      let ofCell = 0;
      return (chunk) => {
        const text = chunk.replace(/\r?\n$/, '');
        count++;
        ofCell++;
        if (lines.length >= KEPT_LINES && ofCell > LOGGED_LINES) return;
        const at = placeHere(root);
        const place = at === undefined ? {} : { at };
        if (lines.length < KEPT_LINES) lines.push({ cell, ...place, text: shortened(text, KEPT_CHARACTERS) });
        if (ofCell <= LOGGED_LINES)
          log.info({ ...fields, event: 'cell.printed', ...place }, shortened(text, LOGGED_CHARACTERS));
        if (ofCell === LOGGED_LINES)
          log.info(
            { ...fields, event: 'cell.printed' },
            `${LOGGED_LINES} lines are enough: what more it prints is counted`,
          );
      };
    },
    printed: () => (count === 0 ? undefined : { lines: [...lines], count }),
  };
}

function placeHere(root: string): string | undefined {
  const place = placeOfFrame(authorFrame(stackHere()) ?? '');
  return place?.startsWith(`${root}/`) === true ? relative(root, place) : place;
}
