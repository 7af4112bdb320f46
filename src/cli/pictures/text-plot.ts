/** A plot as text: lines of dots, two by four of them a letter (braille), with axes. */
import { type Tick, timeTicks, valueScale } from './axis.ts';
import { piecesOf, type PlotAnswer } from './plot.ts';

const BLANK = 0x2800;
/** Bits of a braille letter, by column and row of its dots. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const [ACROSS, DOWN] = [2, 4];
/** A letter of a terminal is as wide as so many pixels of a picture. */
const PIXELS = 7;

/** Letters wide and high, the axes among the width alone. */
export interface TextSize {
  readonly columns: number;
  readonly rows: number;
}

export function textPlot({ fromMs, toMs, series }: PlotAnswer, { columns, rows }: TextSize): string[] {
  const scale = valueScale(
    series.flatMap(({ points }) => points.map(([, value]) => value)),
    Math.max(2, Math.floor(rows / 4)),
  );
  const label = Math.max(...scale.ticks.map(({ text }) => text.length));
  const width = Math.max(8, columns - label - 2);
  const canvas = Array.from({ length: rows }, () => new Uint8Array(width));
  const x = (ms: number): number => Math.round(((ms - fromMs) / Math.max(1, toMs - fromMs)) * (width * ACROSS - 1));
  const y = (value: number): number =>
    Math.round(((scale.most - value) / (scale.most - scale.least)) * (rows * DOWN - 1));
  const dot = (across: number, down: number): void => {
    const row = canvas[Math.floor(down / DOWN)];
    const column = Math.floor(across / ACROSS);
    if (row !== undefined && column >= 0 && column < width)
      row[column] = (row[column] ?? 0) | (DOTS[across % ACROSS]?.[down % DOWN] ?? 0);
  };
  for (const one of series)
    for (const piece of piecesOf(one))
      for (const [index, [ms, value]] of piece.entries()) {
        const [beforeMs, before] = piece[Math.max(0, index - 1)] ?? [ms, value];
        stroke([x(beforeMs), y(before)], [x(ms), y(value)], dot);
      }
  const rowTexts = new Map(scale.ticks.map(({ at, text }) => [Math.floor(y(at) / DOWN), text]));
  return [
    ...canvas.map((row, index) => {
      const text = rowTexts.get(index) ?? '';
      const dots = Array.from(row, (bits) => (bits === 0 ? ' ' : String.fromCharCode(BLANK + bits))).join('');
      return `${text.padStart(label)} ${text === '' ? '│' : '┤'}${dots}`.trimEnd();
    }),
    `${' '.repeat(label)} └${'─'.repeat(width)}`,
    `${' '.repeat(label + 2)}${ruler(timeTicks(fromMs, toMs, width * PIXELS), (ms) => Math.floor(x(ms) / ACROSS), width)}`,
  ];
}

type Point = readonly [number, number];

/** Every dot between two. */
function stroke([x1, y1]: Point, [x2, y2]: Point, dot: (x: number, y: number) => void): void {
  const steps = Math.max(Math.abs(x2 - x1), Math.abs(y2 - y1));
  for (let step = 0; step <= steps; step++) {
    const share = steps === 0 ? 0 : step / steps;
    dot(Math.round(x1 + (x2 - x1) * share), Math.round(y1 + (y2 - y1) * share));
  }
}

function ruler(ticks: readonly Tick[], column: (ms: number) => number, width: number): string {
  let line = '';
  for (const { at, text } of ticks) {
    const start = column(at);
    if (start + text.length > width || (line !== '' && start < line.length + 1)) continue;
    line = line.padEnd(start) + text;
  }
  return line;
}
