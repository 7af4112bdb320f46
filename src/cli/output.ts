/** Where commands write: text for people, or JSON for programs; progress on a terminal, plain lines in a pipe. */
import { drawing, type Phase } from './draw-phase.ts';
import { paint, takesColor } from './paint.ts';
import { plainText } from './plain-text.ts';
import { type Column, fitTable } from './table.ts';
import { widthOf, wrapText } from './text-width.ts';
import { duration } from './units.ts';

export interface Stream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface Output {
  readonly json: boolean;
  /** A line for people; silent with --json. On a terminal it goes on under where it begins, by word. */
  line(text?: string): void;
  /** Text for other programs and for copying: whatever the terminal's width, its lines stay as they are. Silent with --json. */
  verbatim(text: string): void;
  /** Rows for people, as wide as the terminal lets them be, each with its note in a line under it; silent with --json. */
  table(
    columns: readonly Column[],
    rows: readonly (readonly string[])[],
    notes?: readonly (string | undefined)[],
  ): void;
  /** The command's answer, as one line of JSON; only with --json. */
  data(value: unknown): void;
  /** A line about trouble, on standard error, always. */
  trouble(text: string): void;
  /** How far the phase at hand is. On a terminal it is drawn over what was there; in a pipe it is a line now and then. */
  progress(phase: Phase): void;
  /** The phase is over: the bar gives way to one line that says so. */
  progressEnd(text?: string): void;
}

export interface OutputOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly now?: () => number;
}

/** A bar is drawn no more often than eyes see. */
const DRAW_EVERY_MS = 50;

/** Times go on while nothing happens. */
const TICK_MS = 250;

/** A pipe hears of a phase that takes longer than this, and so often. */
const PIPE_EVERY_MS = 10_000;

/** Of a terminal that does not say how wide it is. */
const USUAL_WIDTH = 80;

/** No line is laid out for less: what is narrower breaks it where it likes. */
const LEAST_WIDTH = 40;

/** Columns that lines keep to; undefined where nobody's window limits them. */
const widthFor = ({ isTTY, columns }: Stream): number | undefined =>
  isTTY === true ? Math.max(LEAST_WIDTH, columns === undefined || columns === 0 ? USUAL_WIDTH : columns) : undefined;

export function openOutput(
  stdout: Stream,
  stderr: Stream,
  json: boolean,
  { env = {}, now = () => performance.now() }: OutputOptions = {},
): Output {
  const isLive = stdout.isTTY === true && env['TERM'] !== 'dumb';
  const colors = { stdout: takesColor(stdout, env), stderr: takesColor(stderr, env) };
  let phase: Phase | undefined;
  let drawn: readonly string[] = [];
  let [startedMs, saidMs, drawnMs] = [0, 0, 0];
  let ticking: NodeJS.Timeout | undefined;
  const clear = (): void => {
    if (drawn.length > 0) stdout.write(`\r${drawn.length > 1 ? `\u001B[${drawn.length - 1}A` : ''}\u001B[J`);
    drawn = [];
  };
  const draw = (): void => {
    if (phase === undefined || !isLive) return;
    drawnMs = now();
    clear();
    const width = (stdout.columns === undefined || stdout.columns === 0 ? USUAL_WIDTH : stdout.columns) - 1;
    drawn = drawing(phase, now() - startedMs, width).map((line) => plainText(line, colors.stdout));
    stdout.write(drawn.join('\n'));
  };
  const write = (stream: 'stdout' | 'stderr', lines: readonly string[]): void => {
    clear();
    const target = stream === 'stdout' ? stdout : stderr;
    for (const line of lines) target.write(`${plainText(line, colors[stream])}\n`);
    draw();
  };
  const end = (): void => {
    clearInterval(ticking);
    clear();
    phase = undefined;
  };
  return {
    json,
    line(text = '') {
      if (!json) write('stdout', laidOut(text, widthFor(stdout)));
    },
    verbatim(text) {
      if (!json) write('stdout', [text]);
    },
    table(columns, rows, notes = []) {
      if (json) return;
      const width = widthFor(stdout);
      const { titles, lines, hidden } = fitTable(columns, rows, width);
      const noteOf = (text: string | undefined): string[] => (text === undefined ? [] : laidOut(`  ${text}`, width));
      write('stdout', [
        ...(titles === '' ? [] : [titles]),
        ...lines.flatMap((ofRow, index) => ofRow.concat(noteOf(notes[index]))),
        ...(hidden.length === 0 ? [] : laidOut(paint.quiet(`(no room for ${fewOf(hidden)}; --json has all)`), width)),
      ]);
    },
    data(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    trouble(text) {
      write('stderr', laidOut(text, widthFor(stderr)));
    },
    progress(next) {
      if (json) return;
      if (phase === undefined) {
        startedMs = saidMs = now();
        if (isLive) ticking = setInterval(draw, TICK_MS).unref();
      }
      phase = next;
      if (isLive) {
        if (drawn.length === 0 || now() - drawnMs >= DRAW_EVERY_MS) draw();
      } else if (now() - saidMs >= PIPE_EVERY_MS) {
        saidMs = now();
        stdout.write(`${next.label}  ${next.done} of ${next.total}\n`);
      }
    },
    progressEnd(text) {
      const isOver = phase !== undefined;
      end();
      if (isOver && text !== undefined && !json)
        write('stdout', laidOut(`${text} in ${duration(now() - startedMs)}`, widthFor(stdout)));
    },
  };
}

const MAX_HIDDEN_NAMED = 4;

const fewOf = (names: readonly string[]): string =>
  names.length <= MAX_HIDDEN_NAMED
    ? names.join(', ')
    : `${names.slice(0, MAX_HIDDEN_NAMED - 1).join(', ')} and ${names.length - MAX_HIDDEN_NAMED + 1} more`;

/** What a line begins with before it says something: blanks, and a word or two with blanks after it. */
const HEAD = /^ *(?:\S+(?: \S+)* {2,})?/;

/** Lines as they are, or broken by word where they are too wide; what goes on does so under where the text begins. */
function laidOut(text: string, width: number | undefined): string[] {
  const lines = text.split('\n');
  if (width === undefined) return lines;
  return lines.flatMap((line) => {
    if (widthOf(line) <= width) return [line];
    const [head = ''] = HEAD.exec(line) ?? [];
    const indent = widthOf(head) > width / 2 ? 2 : Math.max(2, widthOf(head));
    const [first = '', ...others] = wrapText(line.slice(head.length), width - indent, width - widthOf(head));
    return withColors([head + first].concat(others.map((other) => ' '.repeat(indent) + other)));
  });
}

const COLOR = new RegExp(String.raw`\u001B\[([\d;]*)m`, 'g');

/** Codes that end a colour or a weight. */
const ENDS = new Set(['', '0', '22', '39', '49']);

/** Each line begins in the colours in which the one before it ended. */
function withColors(lines: readonly string[]): string[] {
  let open = '';
  return lines.map((line) => {
    const begun = open;
    for (const [code, number = ''] of line.matchAll(COLOR)) open = ENDS.has(number) ? '' : open + code;
    return begun === '' ? line : line.replace(/^ */, (blanks) => blanks + begun);
  });
}
