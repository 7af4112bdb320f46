/** A phase that is under way, as a terminal shows it: a bar with the time that is left, and what is slowest. */
import { paint } from './paint.ts';
import { cutTo, widthOf } from './text-width.ts';
import { duration } from './units.ts';

export interface Phase {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** What is at work at the moment, the slowest first. */
  readonly underWay?: () => readonly UnderWay[];
}

export interface UnderWay {
  readonly name: string;
  readonly elapsedMs: number;
  /** What it takes as a rule; undefined when that is not known. */
  readonly usualMs: number | undefined;
}

const BAR_WIDTH = 30;

/** A shorter bar says nothing. */
const LEAST_BAR = 8;

/** The slowest that are shown. */
const MAX_UNDER_WAY = 4;

/** What has gone on for less says nothing of what is left. */
const ESTIMATE_AFTER_MS = 1_000;

/** Lines of `width` columns at most. */
export function drawing({ label, done, total, underWay }: Phase, elapsedMs: number, width: number): string[] {
  const left = leftOf(done, total, elapsedMs);
  const tail = `${done}/${total}  ${duration(elapsedMs)}${left === undefined ? '' : `, about ${duration(left)} left`}`;
  const room = Math.min(BAR_WIDTH, width - widthOf(label) - tail.length - 4);
  const bar = room < LEAST_BAR ? '' : `${barOf(done, total, room)}  `;
  const head = bar === '' ? cutTo(`${label}  ${tail}`, width) : `${paint.strong(label)}  ${bar}${tail}`;
  return [
    head,
    ...(underWay?.() ?? []).slice(0, MAX_UNDER_WAY).map((one) => paint.quiet(cutTo(`  ${inWords(one)}`, width))),
  ];
}

function leftOf(done: number, total: number, elapsedMs: number): number | undefined {
  if (done === 0 || done >= total || elapsedMs < ESTIMATE_AFTER_MS) return undefined;
  return (elapsedMs / done) * (total - done);
}

function barOf(done: number, total: number, room: number): string {
  const filled = total === 0 ? room : Math.min(room, Math.round((done / total) * room));
  return paint.good('━'.repeat(filled)) + paint.quiet('─'.repeat(room - filled));
}

function inWords({ name, elapsedMs, usualMs }: UnderWay): string {
  const gone = `${name}  ${duration(elapsedMs)}`;
  if (usualMs === undefined) return gone;
  return usualMs > elapsedMs
    ? `${gone}, about ${duration(usualMs - elapsedMs)} left`
    : `${gone}, longer than usual (${duration(usualMs)})`;
}
