/** A dispatch on a time axis: lanes of tasks by tier, each with its waits and attempts. Pure: times are ms of UTC. */
import type { Timeline, TimelineTask } from './timeline.ts';

/** Above so many tasks, those of one computation share a lane unless it is opened. */
export const FOLDED_ABOVE = 200;

type End = TimelineTask['attempts'][number]['end'];

export interface Bar {
  readonly task: TimelineTask;
  readonly startMs: number;
  /** Of what is under way: now. */
  readonly endMs: number;
  /** `queue` waits for a worker: before the first attempt, or between two. */
  readonly kind: 'queue' | 'attempt';
  /** From 1. */
  readonly number: number;
  readonly end?: End;
  readonly isOpen: boolean;
  readonly isCold: boolean;
  readonly isCritical: boolean;
}

export interface Lane {
  /** `tier standard`, `computation rsi standard`, or a task's id. */
  readonly key: string;
  readonly kind: 'tier' | 'computation' | 'task';
  readonly label: string;
  readonly tasks: number;
  /** Of a computation's lane: whether its tasks are listed below it. */
  readonly isOpened: boolean;
  readonly bars: readonly Bar[];
}

/** Waits and attempts of one task, in the order of time. */
export function barsOf(task: TimelineTask, nowMs: number, isCritical: boolean): Bar[] {
  const bars: Bar[] = [];
  let readyMs = task.createdMs;
  const wait = (untilMs: number, number: number, isOpen: boolean): void => {
    if (untilMs > readyMs)
      bars.push({ task, startMs: readyMs, endMs: untilMs, kind: 'queue', number, isOpen, isCold: false, isCritical });
  };
  for (const [index, { startedMs, endedMs, end, coldStart }] of task.attempts.entries()) {
    wait(startedMs, index + 1, false);
    const endMs = endedMs ?? Math.max(nowMs, startedMs);
    bars.push({
      task,
      startMs: startedMs,
      endMs,
      kind: 'attempt',
      number: index + 1,
      ...(end === undefined ? {} : { end }),
      isOpen: endedMs === undefined,
      isCold: coldStart === true,
      isCritical,
    });
    readyMs = endMs;
  }
  const isWaiting = task.status === 'PENDING' && bars.at(-1)?.isOpen !== true;
  if (isWaiting) wait(Math.max(nowMs, readyMs), task.attempts.length + 1, true);
  return bars;
}

interface Shown {
  readonly nowMs: number;
  /** Whether the tasks of a computation are on one lane … */
  readonly isFolded: boolean;
  /** … but for these, by key. */
  readonly opened: ReadonlySet<string>;
}

/** In the order in which they began. */
export function lanesOf(
  { tasks, critical }: Pick<Timeline, 'tasks' | 'critical'>,
  { nowMs, isFolded, opened }: Shown,
): Lane[] {
  const path = new Set(critical);
  const order = [...tasks].sort((a, b) => beganMs(a) - beganMs(b) || (a.id < b.id ? -1 : 1));
  const laneOf = (task: TimelineTask): Lane => ({
    key: task.id,
    kind: 'task',
    label: labelOf(task),
    tasks: 1,
    isOpened: false,
    bars: barsOf(task, nowMs, path.has(task.id)),
  });
  const lanes: Lane[] = [];
  for (const [tier, its] of groupBy(order, ({ tier: name }) => name)) {
    lanes.push({ key: `tier ${tier}`, kind: 'tier', label: tier, tasks: its.length, isOpened: true, bars: [] });
    if (!isFolded) for (const task of its) lanes.push(laneOf(task));
    else
      for (const [computation, those] of groupBy(its, ({ computation: name }) => name)) {
        const own = those.map(laneOf);
        const key = `computation ${computation} ${tier}`;
        const isOpened = opened.has(key);
        const bars = own.flatMap((lane) => lane.bars);
        lanes.push({ key, kind: 'computation', label: computation, tasks: those.length, isOpened, bars });
        if (isOpened) for (const lane of own) lanes.push(lane);
      }
  }
  return lanes;
}

const beganMs = ({ attempts, createdMs }: TimelineTask): number => attempts[0]?.startedMs ?? createdMs;

/** Of `run-0123.rsi.2026-01-31`: what tells it from the others of its run. */
export function labelOf({ id, cells }: Pick<TimelineTask, 'id' | 'cells'>): string {
  const name = id.slice(id.indexOf('.') + 1).replace(/\.(\d{4}-\d{2}-\d{2})$/, '@$1');
  return cells === 1 ? name : `${name} +${cells - 1}`;
}

function groupBy<T>(all: readonly T[], of: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(of(one));
    if (group === undefined) groups.set(of(one), [one]);
    else group.push(one);
  }
  return groups;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From the first task that was made to the last that ended, or now. */
export function spanOf({ tasks, run }: Pick<Timeline, 'tasks' | 'run'>, nowMs: number): Span {
  let fromMs = Date.parse(run.startedAt);
  let toMs = fromMs + 1;
  for (const { createdMs, attempts, status } of tasks) {
    fromMs = Math.min(fromMs, createdMs);
    const isOpen = status === 'PENDING' || status === 'IN_PROGRESS';
    toMs = Math.max(toMs, isOpen ? nowMs : (attempts.at(-1)?.endedMs ?? createdMs));
  }
  return { fromMs, toMs };
}

/** `1200-3400`: ms since the beginning. Anything else is the whole. */
export function zoomed(whole: Span, between: string | null): Span {
  const [, from, to] = /^(\d+)-(\d+)$/.exec(between ?? '') ?? [];
  if (from === undefined || to === undefined || Number(to) <= Number(from)) return whole;
  return { fromMs: whole.fromMs + Number(from), toMs: whole.fromMs + Number(to) };
}
