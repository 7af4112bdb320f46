/** The grid as bytes: every cell as the report counts it and the plan decides it, and changes that turn one grid into the next. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { daysFrom } from '../../../src/values/date.ts';
import { type GridAnswer, gridChanges, gridOf, MAX_CHANGES, REASONS, RUNNING } from '../../../src/mill/answers/grid.ts';
import { plan } from '../../../src/mill/planning/plan.ts';
import { report, STANDS } from '../../../src/mill/planning/report.ts';
import { graph, graphAt } from '../../support/graph.ts';
import { PlanningWorld, stateOf } from '../../support/planning-world.ts';

const DAYS = daysFrom('2024-01-01', '2024-01-05');
const [MON = '', TUE = '', WED = '', , FRI = ''] = DAYS;
const LINES = ['a: dataset flights', 'b: a', 'c: dataset prices'];
const abc = graph(...LINES);

/** `a` and `b` are settled through Wednesday, but `b` failed on Tuesday; prices start on Tuesday; `c` never ran. */
function world(manifest = abc, flights: Readonly<Record<string, string>> = {}) {
  const made = new PlanningWorld().data('flights', DAYS).data('prices', DAYS.slice(1));
  for (const [day, content] of Object.entries(flights)) made.data('flights', [day], content);
  for (const day of [MON, TUE, WED]) {
    made.completed(abc, `a@${day}`, { 'dataset:flights': `flights ${day}` });
    made.completed(abc, `b@${day}`, { 'dependency:a': `result of a@${day}` });
  }
  made.failed(abc, `b@${TUE}`, { inputs: { 'dependency:a': `result of a@${TUE}` } });
  const state = stateOf(made.book, made);
  return { manifest, made: plan({ manifest, state, from: MON, to: FRI, mode: 'forecast' }) };
}

function gridIn({ manifest, made }: ReturnType<typeof world>): GridAnswer {
  return gridOf({ plan: made, manifest, open: [], sequence: 7, from: MON, to: FRI });
}

const stand = (byte: number): string => STANDS[byte & 15] ?? String(byte & 15);
const reason = (byte: number): string => REASONS[byte >> 4] ?? '';
const row = ({ computations, states }: GridAnswer, name: string): number[] => {
  const width = states.length / computations.length;
  const at = computations.indexOf(name) * width;
  return Array.from(states.subarray(at, at + width));
};

describe('a grid', () => {
  test('has each cell as the report counts it', () => {
    const here = world();
    const grid = gridIn(here);
    const counted = report({ plan: here.made, computations: [...grid.computations], from: MON, to: FRI });
    for (const [column, day] of counted.days.entries())
      for (const one of STANDS)
        expect(grid.computations.filter((name) => stand(row(grid, name)[column] ?? 15) === one)).toHaveLength(day[one]);
  });

  test('says why, by what changed', () => {
    expect(row(gridIn(world()), 'b').map((byte) => `${stand(byte)} ${reason(byte)}`)).toEqual([
      'upToDate UNCHANGED',
      'failed FAILED',
      'upToDate UNCHANGED',
      'run NEW',
      'run NEW',
    ]);
    expect(row(gridIn(world()), 'c').map(reason)[0]).toBe('NO_DATA');
    const code = gridIn(world(graphAt({ code: { a: 2 } }, ...LINES)));
    expect(row(code, 'a').slice(0, 3).map(reason)).toEqual(['CODE', 'CODE', 'CODE']);
    expect(row(code, 'b').map(reason)[0]).toBe('UPSTREAM');
    expect(row(gridIn(world(abc, { [WED]: 'another' })), 'a').map(reason)[2]).toBe('DATA');
  });

  test('shows what a worker has as running, with the reason that it has', () => {
    const here = world();
    const task = {
      status: 'IN_PROGRESS',
      cells: [
        { computation: 'a', date: FRI },
        { computation: 'gone', date: FRI },
      ],
      outcomes: {},
    };
    const open = [{ run: {}, tasks: [task, { ...task, status: 'PENDING', cells: [{ computation: 'b', date: FRI }] }] }];
    const grid = gridOf({ plan: here.made, manifest: abc, open: open as never, sequence: 7, from: MON, to: FRI });
    expect(row(grid, 'a')[4]).toBe(RUNNING | (REASONS.indexOf('NEW') << 4));
    expect(stand(row(grid, 'b')[4] ?? 15)).toBe('run');
  });
});

describe('changes', () => {
  const grid = (states: readonly number[], width: number): GridAnswer => ({
    sequence: 1,
    from: MON,
    to: FRI,
    computations: Array.from({ length: states.length / width }, (_, index) => `c${index}`),
    states: Uint8Array.from(states),
  });

  test('turn one grid into the other', () => {
    const cells = fc.array(fc.nat(3), { minLength: 35, maxLength: 35 });
    fc.assert(
      fc.property(cells, cells, (before, after) => {
        const changes = gridChanges(grid(before, 7), grid(after, 7));
        const patched = Uint8Array.from(before);
        for (const [at, first, last, state] of changes ?? []) patched.fill(state, at * 7 + first, at * 7 + last + 1);
        expect([...patched]).toEqual(after);
      }),
    );
  });

  test('of a row are told by stretches', () => {
    expect(gridChanges(grid([0, 0, 0, 0], 4), grid([0, 1, 1, 2], 4))).toEqual([
      [0, 1, 2, 1],
      [0, 3, 3, 2],
    ]);
  });

  test('are not told when they are too many, or of other rows', () => {
    const wide = (state: (at: number) => number) =>
      grid(
        Array.from({ length: 2 * MAX_CHANGES + 2 }, (_, at) => state(at)),
        2 * MAX_CHANGES + 2,
      );
    expect(
      gridChanges(
        wide(() => 0),
        wide((at) => at % 2),
      ),
    ).toBeUndefined();
    expect(gridChanges(grid([0, 0], 2), grid([0, 0], 1))).toBeUndefined();
  });
});
