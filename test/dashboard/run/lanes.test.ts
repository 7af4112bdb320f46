import { expect, test } from 'vitest';
import { barsOf, lanesOf, spanOf, zoomed } from '../../../src/dashboard/run/lanes.ts';
import { ticksOf } from '../../../src/dashboard/run/ticks.ts';
import type { Timeline, TimelineTask } from '../../../src/dashboard/run/timeline.ts';

const AT = Date.parse('2026-01-31T04:00:00Z');

const task = (name: string, more: Partial<TimelineTask> = {}): TimelineTask => ({
  id: `run-1.${name}.2026-01-31`,
  computation: name,
  cells: 1,
  tier: 'standard',
  status: 'COMPLETED',
  createdMs: AT,
  attempts: [{ startedMs: AT + 100, endedMs: AT + 300, end: 'COMPLETED', worker: 'w', tier: 'standard' }],
  reads: [],
  ...more,
});

const spans = (bars: readonly { kind: string; startMs: number; endMs: number; isOpen: boolean }[]) =>
  bars.map(({ kind, startMs, endMs, isOpen }) => [kind, startMs - AT, endMs - AT, isOpen]);

test('a task waits, is tried, waits again, and is tried again', () => {
  const tried = task('rsi', {
    attempts: [
      { startedMs: AT + 100, endedMs: AT + 300, end: 'DIED', worker: 'w', tier: 'standard', coldStart: true },
      { startedMs: AT + 900, worker: 'v', tier: 'high-mem' },
    ],
    status: 'IN_PROGRESS',
  });
  const bars = barsOf(tried, AT + 1_000, true);
  expect(spans(bars)).toEqual([
    ['queue', 0, 100, false],
    ['attempt', 100, 300, false],
    ['queue', 300, 900, false],
    ['attempt', 900, 1_000, true],
  ]);
  expect(bars.map(({ number, isCold }) => [number, isCold])).toEqual([
    [1, false],
    [1, true],
    [2, false],
    [2, false],
  ]);
  expect(bars.every(({ isCritical }) => isCritical)).toBe(true);
});

test('what nobody has taken yet waits until now; what was cancelled does not', () => {
  expect(spans(barsOf(task('rsi', { attempts: [], status: 'PENDING' }), AT + 50, false))).toEqual([
    ['queue', 0, 50, true],
  ]);
  expect(barsOf(task('rsi', { attempts: [], status: 'CANCELLED' }), AT + 50, false)).toEqual([]);
});

test('a clock that is behind makes no bar that ends before it begins', () => {
  const under = task('rsi', { attempts: [{ startedMs: AT, worker: 'w', tier: 's' }], status: 'IN_PROGRESS' });
  expect(barsOf(under, AT - 999, false)[0]?.endMs).toBe(AT);
});

const DISPATCH: Pick<Timeline, 'tasks' | 'critical'> = {
  tasks: [
    task('b'),
    task('a', { attempts: [{ startedMs: AT + 50, endedMs: AT + 60, worker: 'w', tier: 'standard' }], cells: 30 }),
    task('c', { tier: 'high-mem' }),
    { ...task('b'), id: 'run-1.b.2026-02-01' },
  ],
  critical: ['run-1.b.2026-01-31'],
};

test('lanes stand by tier, in the order in which tasks began', () => {
  const lanes = lanesOf(DISPATCH, { nowMs: AT, isFolded: false, opened: new Set() });
  expect(lanes.map(({ kind, label, tasks }) => `${kind} ${label} ${tasks}`)).toEqual([
    'tier standard 3',
    'task a@2026-01-31 +29 1',
    'task b@2026-01-31 1',
    'task b@2026-02-01 1',
    'tier high-mem 1',
    'task c@2026-01-31 1',
  ]);
  expect(lanes.filter(({ bars }) => bars.some(({ isCritical }) => isCritical)).map(({ key }) => key)).toEqual([
    'run-1.b.2026-01-31',
  ]);
});

test('folded, a computation is one lane with all bars of its tasks, until it is opened', () => {
  const names = (opened: readonly string[]) =>
    lanesOf(DISPATCH, { nowMs: AT, isFolded: true, opened: new Set(opened) }).map(
      ({ label, bars }) => `${label} ${bars.length}`,
    );
  expect(names([])).toEqual(['standard 0', 'a 2', 'b 4', 'high-mem 0', 'c 2']);
  expect(names(['computation b standard'])).toEqual([
    'standard 0',
    'a 2',
    'b 4',
    'b@2026-01-31 2',
    'b@2026-02-01 2',
    'high-mem 0',
    'c 2',
  ]);
});

test('a span is from the first task to the last end, or to now while something is open', () => {
  const run = { startedAt: new Date(AT).toISOString() } as Timeline['run'];
  expect(spanOf({ run, tasks: DISPATCH.tasks }, AT + 9_999)).toEqual({ fromMs: AT, toMs: AT + 300 });
  const open = [...DISPATCH.tasks, task('d', { status: 'PENDING', attempts: [] })];
  expect(spanOf({ run, tasks: open }, AT + 9_999).toMs).toBe(AT + 9_999);
  expect(spanOf({ run, tasks: [] }, AT + 9_999)).toEqual({ fromMs: AT, toMs: AT + 1 });
});

test('a link has a stretch of time in ms since the beginning, and anything else is the whole', () => {
  const whole = { fromMs: AT, toMs: AT + 1_000 };
  expect(zoomed(whole, '100-300')).toEqual({ fromMs: AT + 100, toMs: AT + 300 });
  for (const text of [null, '', '300-100', '5-5', 'a-b']) expect(zoomed(whole, text)).toEqual(whole);
});

test.each([
  [300, ['00.000', '00.100', '00.200', '00.300']],
  [40_000, ['04:00:00', '04:00:10', '04:00:20', '04:00:30', '04:00:40']],
  [3 * 3_600_000, ['04:00', '05:00', '06:00', '07:00']],
  [3 * 86_400_000, ['02-01', '02-02', '02-03']],
])('over %d ms the axis has even times of UTC', (ms, labels) => {
  expect(ticksOf({ fromMs: AT, toMs: AT + ms }, 5).map(({ label }) => label)).toEqual(labels);
});
