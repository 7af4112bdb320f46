/** What author code prints is bounded, however much it is. */
import { expect, test } from 'vitest';
import {
  hearPrinted,
  KEPT_CHARACTERS,
  KEPT_LINES,
  LOGGED_LINES,
} from '../../../../src/mill/steps/work/hear-printed.ts';

const opened = () => {
  const logged: { fields: Record<string, unknown>; message: string }[] = [];
  const note = (fields: Record<string, unknown>, message: string): void => void logged.push({ fields, message });
  const hearing = hearPrinted(import.meta.dirname, { debug: note, info: note, warn: note, error: note });
  return { hearing, logged };
};

test('a line is told and kept with its cell and its place in the project', () => {
  const { hearing, logged } = opened();
  expect(hearing.printed()).toBeUndefined();
  hearing.of({ computation: 'rsi', date: '2024-03-01' }, { cell: 'rsi@2024-03-01' })('warm\n');
  const at = expect.stringMatching(/^hear-printed\.test\.ts:\d+:\d+$/) as string;
  expect(logged).toEqual([{ fields: { cell: 'rsi@2024-03-01', event: 'cell.printed', at }, message: 'warm' }]);
  expect(hearing.printed()).toEqual({ lines: [{ cell: 'rsi@2024-03-01', at, text: 'warm' }], count: 1 });
});

test('a million lines are counted: the first are kept, and those of each cell told', () => {
  const { hearing, logged } = opened();
  for (const date of ['2024-03-01', '2024-03-02']) {
    const print = hearing.of({ computation: 'rsi', date }, {});
    for (let line = 0; line < 500_000; line++) print(`${line}\n`);
  }
  const printed = hearing.printed();
  expect(printed?.count).toBe(1_000_000);
  expect(printed?.lines.map(({ text }) => text)).toEqual(Array.from({ length: KEPT_LINES }, (_, line) => `${line}`));
  expect(logged).toHaveLength(2 * (LOGGED_LINES + 1));
  expect(logged.at(-1)?.message).toContain('what more it prints is counted');
});

test('a line of a megabyte is cut where it is kept', () => {
  const { hearing, logged } = opened();
  hearing.of({ computation: 'rsi', date: '2024-03-01' }, {})('x'.repeat(1_000_000));
  expect(hearing.printed()?.lines[0]?.text.length).toBeLessThan(KEPT_CHARACTERS + 100);
  expect(logged[0]?.message.length).toBeLessThan(11_000);
});
