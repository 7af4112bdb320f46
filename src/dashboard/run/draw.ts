/** Draws lanes on a canvas: thousands of bars in a few milliseconds, only those that are in sight. */
import type { Bar, Lane, Span } from './lanes.ts';
import { ticksOf } from './ticks.ts';

/** Of a name that is cut. */
const LEAST_LETTERS = 4;
/** In pixels. */
export const ROW = 18;
/** Times and waves, on top; they stay when lanes are scrolled. */
export const AXIS = 36;
const RIGHT = 10;
/** Between two ticks, at least. */
const TICK_GAP = 84;
/** So that the shortest attempt is seen, and can be met. */
const LEAST = 2;

export interface Frame {
  readonly width: number;
  readonly height: number;
  /** For the lanes' names. */
  readonly gutter: number;
  readonly scrollTop: number;
  readonly span: Span;
}

export interface Wave extends Span {
  readonly label: string;
}

export interface Look {
  readonly ground: string;
  readonly raised: string;
  readonly sunk: string;
  readonly line: string;
  readonly text: string;
  readonly quiet: string;
  readonly accent: string;
  /** By how an attempt ended, `open` for one that has not. */
  readonly ends: Readonly<Record<string, string>>;
  readonly hatch: CanvasPattern | string;
}

export const xOf = ({ width, gutter, span: { fromMs, toMs } }: Frame, ms: number): number =>
  gutter + ((ms - fromMs) / (toMs - fromMs)) * (width - gutter - RIGHT);

export const msOf = ({ width, gutter, span: { fromMs, toMs } }: Frame, x: number): number =>
  fromMs + ((x - gutter) / (width - gutter - RIGHT)) * (toMs - fromMs);

/** The lane and the bar at a point of the canvas. Of bars on each other, the last that was drawn. */
export function pick(
  lanes: readonly Lane[],
  frame: Frame,
  x: number,
  y: number,
): { readonly lane: Lane; readonly bar?: Bar } | undefined {
  if (y < AXIS) return undefined;
  const lane = lanes[Math.floor((y - AXIS + frame.scrollTop) / ROW)];
  if (lane === undefined) return undefined;
  const bar = lane.bars.findLast(({ startMs, endMs }) => {
    const left = xOf(frame, startMs);
    return x >= left - 1 && x <= Math.max(xOf(frame, endMs), left + LEAST) + 1;
  });
  return bar === undefined ? { lane } : { lane, bar };
}

export function draw(
  context: CanvasRenderingContext2D,
  {
    lanes,
    waves,
    hovered,
    dragged,
  }: {
    readonly lanes: readonly Lane[];
    readonly waves: readonly Wave[];
    readonly hovered?: Lane | undefined;
    readonly dragged?: Span | undefined;
  },
  frame: Frame,
  look: Look,
): void {
  const { width, height, gutter, scrollTop } = frame;
  context.fillStyle = look.ground;
  context.fillRect(0, 0, width, height);
  context.save();
  context.beginPath();
  context.rect(gutter, 0, width - gutter, height);
  context.clip();
  drawWaves(context, waves, frame, look);
  context.restore();
  drawAxis(context, frame, look);
  const first = Math.max(0, Math.floor(scrollTop / ROW));
  const last = Math.min(lanes.length, Math.ceil((scrollTop + height - AXIS) / ROW));
  context.save();
  context.beginPath();
  context.rect(0, AXIS, width, height - AXIS);
  context.clip();
  for (const [index, lane] of lanes.slice(first, last).entries()) {
    const top = AXIS + (first + index) * ROW - scrollTop;
    drawLane(context, lane, top, lane === hovered, frame, look);
  }
  context.restore();
  if (dragged !== undefined) {
    context.fillStyle = look.accent;
    context.globalAlpha = 0.2;
    context.fillRect(xOf(frame, dragged.fromMs), AXIS, xOf(frame, dragged.toMs) - xOf(frame, dragged.fromMs), height);
    context.globalAlpha = 1;
  }
}

function drawWaves(context: CanvasRenderingContext2D, waves: readonly Wave[], frame: Frame, look: Look): void {
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  let free = 0;
  for (const [index, { fromMs, toMs, label }] of waves.entries()) {
    const [left, right] = [xOf(frame, fromMs), xOf(frame, toMs)];
    context.fillStyle = index % 2 === 0 ? look.raised : look.sunk;
    context.fillRect(left, 18, right - left, frame.height - 18);
    context.fillStyle = look.line;
    context.fillRect(left, 18, 1, frame.height - 18);
    const at = Math.max(left + 4, frame.gutter + 4);
    if (at < free) continue;
    context.fillStyle = look.quiet;
    context.fillText(label, at, 27);
    free = at + context.measureText(label).width + 8;
  }
}

function drawAxis(context: CanvasRenderingContext2D, frame: Frame, look: Look): void {
  const { width, height, gutter, span } = frame;
  context.font = '11px system-ui, sans-serif';
  context.textBaseline = 'middle';
  for (const { atMs, label } of ticksOf(span, (width - gutter) / TICK_GAP)) {
    const x = xOf(frame, atMs);
    context.fillStyle = look.line;
    context.fillRect(Math.round(x), 14, 1, height - 14);
    context.fillStyle = look.quiet;
    context.fillText(label, Math.min(x + 3, width - context.measureText(label).width - 2), 8);
  }
  context.fillStyle = look.line;
  context.fillRect(0, AXIS - 1, width, 1);
}

function drawLane(
  context: CanvasRenderingContext2D,
  lane: Lane,
  top: number,
  isHovered: boolean,
  frame: Frame,
  look: Look,
): void {
  const { gutter, width } = frame;
  if (isHovered || lane.kind === 'tier') {
    context.globalAlpha = lane.kind === 'tier' ? 1 : 0.7;
    context.fillStyle = look.sunk;
    context.fillRect(lane.kind === 'tier' ? 0 : gutter, top, lane.kind === 'tier' ? width : width - gutter, ROW);
    context.fillRect(0, top, gutter, ROW);
    context.globalAlpha = 1;
  }
  context.save();
  context.beginPath();
  context.rect(0, top, gutter - 6, ROW);
  context.clip();
  context.font = `${lane.kind === 'tier' ? '600 ' : ''}12px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  context.fillStyle = look.text;
  const sign = lane.kind === 'computation' ? (lane.isOpened ? '▾ ' : '▸ ') : '';
  const left = lane.kind === 'task' ? 14 : 4;
  const name = `${sign}${lane.label}${lane.kind === 'task' ? '' : `  ${lane.tasks}`}`;
  context.fillText(fitted(context, name, gutter - left - 6), left, top + ROW / 2);
  context.restore();
  context.save();
  context.beginPath();
  context.rect(gutter, top, width - gutter, ROW);
  context.clip();
  // On a lane of many, what lies on each other must show through.
  const isShared = lane.kind === 'computation' && lane.tasks > 1;
  const bars = isShared ? [...lane.bars].sort((a, b) => Number(a.isCritical) - Number(b.isCritical)) : lane.bars;
  for (const bar of bars) drawBar(context, bar, { top, isShared }, frame, look);
  context.restore();
}

function drawBar(
  context: CanvasRenderingContext2D,
  bar: Bar,
  { top, isShared }: { readonly top: number; readonly isShared: boolean },
  frame: Frame,
  look: Look,
): void {
  const left = xOf(frame, bar.startMs);
  const width = Math.max(LEAST, xOf(frame, bar.endMs) - left);
  if (left > frame.width || left + width < frame.gutter) return;
  if (bar.kind === 'queue') {
    context.fillStyle = look.hatch;
    context.fillRect(left, top + 5, width, ROW - 10);
    return;
  }
  const isBad = bar.end === 'FAILED' || bar.end === 'OUT_OF_MEMORY' || bar.end === 'DIED';
  context.globalAlpha = isShared && !isBad ? 0.55 : 1;
  context.fillStyle = look.ends[bar.end ?? 'open'] ?? look.quiet;
  context.fillRect(left, top + 3, width, ROW - 6);
  context.globalAlpha = 1;
  if (bar.isCritical) {
    context.strokeStyle = look.text;
    context.lineWidth = 1.5;
    context.strokeRect(left + 0.5, top + 2.5, width, ROW - 5);
  }
  context.fillStyle = look.text;
  if (bar.isCold) {
    context.beginPath();
    context.moveTo(left, top + 1);
    context.lineTo(left + 6, top + 1);
    context.lineTo(left, top + 7);
    context.fill();
  }
  if (bar.number > 1 && !isShared && width > 12) {
    context.font = '10px system-ui, sans-serif';
    context.fillStyle = look.ground;
    context.fillText(String(bar.number), left + 3, top + ROW / 2 + 0.5);
  }
}

/** As much of a text as fits: of `name@day +3` the name gives way, as long as something of it is left. */
function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const at = text.indexOf('@');
  for (const end of at < 0 ? [''] : [text.slice(at), ''])
    for (let length = at < 0 ? text.length - 1 : at; length >= LEAST_LETTERS; length--) {
      const shorter = `${text.slice(0, length)}…${end}`;
      if (context.measureText(shorter).width <= width) return shorter;
    }
  return text.slice(0, LEAST_LETTERS);
}
