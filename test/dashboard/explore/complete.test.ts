import { describe, expect, test } from 'vitest';
import { completed, ranked, wantedAt } from '../../../src/dashboard/explore/complete.ts';

/** `|` is the caret. */
function wanted(text: string) {
  const caret = text.indexOf('|');
  return wantedAt(text.replace('|', ''), caret);
}

describe('what may stand at the caret', () => {
  test.each([
    ['|', { kind: 'name', prefix: '', start: 0 }],
    ['rate(htt|', { kind: 'name', prefix: 'htt', start: 5 }],
    ['a + su|m(b)', { kind: 'name', prefix: 'su', start: 4 }],
    ['up{jo|', { kind: 'label', metric: 'up', prefix: 'jo', start: 3 }],
    ['up{job="a", |}', { kind: 'label', metric: 'up', prefix: '', start: 12 }],
    ['{|}', { kind: 'label', metric: '', prefix: '', start: 1 }],
    ['up{job="a|"}', { kind: 'value', metric: 'up', label: 'job', prefix: 'a', start: 8 }],
    ["up{job!~ '|", { kind: 'value', metric: 'up', label: 'job', prefix: '', start: 10 }],
    ['up{a="}", job="|"}', { kind: 'value', metric: 'up', label: 'job', prefix: '', start: 15 }],
    ['sum by (|) (rate(up{job="a"}[5m]))', { kind: 'label', metric: 'up', prefix: '', start: 8 }],
    ['sum(up) without (in|', { kind: 'label', metric: 'up', prefix: 'in', start: 17 }],
    ['a * on (job) group_left (|) b', { kind: 'label', metric: 'a', prefix: '', start: 25 }],
    ['# a "comment\nup|', { kind: 'name', prefix: 'up', start: 13 }],
  ])('%s', (text, expected) => {
    expect(wanted(text)).toEqual(expected);
  });

  test.each(['up[|5m]', 'label_replace(up, "|', 'up{job=|'])('is nothing in %s', (text) => {
    expect(wanted(text)).toBeUndefined();
  });
});

test('what begins so comes before what has it anywhere', () => {
  const choices = ['total', 'http_total', 'tot', 'other'].map((text) => ({ text, type: 'metric' }));
  expect(ranked(choices, 'TOT').map(({ text }) => text)).toEqual(['total', 'tot', 'http_total']);
});

describe('a choice', () => {
  function chosen(text: string, choice: { text: string; type: string }): string {
    const caret = text.indexOf('|');
    const expression = text.replace('|', '');
    const at = wantedAt(expression, caret);
    if (at === undefined) throw new Error('nothing may stand there');
    const made = completed(expression, caret, at, choice);
    return `${made.text.slice(0, made.caret)}|${made.text.slice(made.caret)}`;
  }

  test.each([
    ['ra|', { text: 'rate', type: 'function' }, 'rate(|'],
    ['ra|(x)', { text: 'rate', type: 'function' }, 'rate|(x)'],
    ['rate(u|[5m])', { text: 'up', type: 'gauge' }, 'rate(up|[5m])'],
    ['up{job="|"}', { text: 'api', type: 'value' }, 'up{job="api"|}'],
    ['up{job="|', { text: 'a"b', type: 'value' }, String.raw`up{job="a\"b"|`],
  ])('in %s', (text, choice, expected) => {
    expect(chosen(text, choice)).toBe(expected);
  });
});
