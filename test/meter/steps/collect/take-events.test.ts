import { describe, expect, test } from 'vitest';
import { MAX_EVENT_BYTES, MAX_EXECUTION_MS, type SentKind } from '../../../../src/meter/model/event.ts';
import { DEFAULT_LIMITS } from '../../../../src/meter/model/limits.ts';
import { takeEvents } from '../../../../src/meter/steps/collect/take-events.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
let made = 0;
const take = (kind: SentKind, items: readonly unknown[]) =>
  takeEvents(items, 10, { kind, limits: DEFAULT_LIMITS, nowMs: NOW, timestampMs: NOW, newId: () => `new-${made++}` });

const command = { user_id: 'ann', command_name: 'build', execution_time_ms: 12, status: 'success' };

describe('events', () => {
  test('are kept as they were sent, with their time and what they are called', () => {
    const { events, rejected } = take('commands', [
      { ...command, id: 'a', source: 'ci', shell: 'zsh', timestamp: '2026-11-26T11:00:00+01:00' },
      command,
    ]);
    expect(rejected).toEqual([]);
    expect(events[0]).toEqual({
      index: 10,
      kind: 'commands',
      id: 'ci/a',
      timestampMs: Date.UTC(2026, 10, 26, 10),
      claim: '["commands","ci","a"]',
      fields: { ...command, id: 'a', source: 'ci', shell: 'zsh', timestamp: '2026-11-26T10:00:00.000Z' },
    });
    expect(events[1]).toMatchObject({ index: 11, timestampMs: NOW, claim: undefined });
    expect(events[1]?.id).toMatch(/^new-/);
  });

  test.each([
    ['no user', 'commands', { ...command, user_id: undefined }, 'BAD_FIELD', 'user_id'],
    ['an empty name', 'commands', { ...command, command_name: '' }, 'BAD_FIELD', 'command_name'],
    ['a name of 256', 'commands', { ...command, command_name: 'x'.repeat(256) }, 'BAD_FIELD', 'command_name'],
    ['a negative time', 'commands', { ...command, execution_time_ms: -1 }, 'BAD_FIELD', 'execution_time_ms'],
    [
      'an hour and more',
      'commands',
      { ...command, execution_time_ms: MAX_EXECUTION_MS + 1 },
      'BAD_FIELD',
      'execution_time_ms',
    ],
    ['another status', 'commands', { ...command, status: 'ok' }, 'BAD_FIELD', 'status'],
    ['a time of 1970', 'commands', { ...command, timestamp: 1_700_000_000 }, 'BAD_TIMESTAMP', '1970-01-20'],
    [
      'a time of 2100',
      'commands',
      { ...command, timestamp: '2100-01-01T00:00:00Z' },
      'BAD_TIMESTAMP',
      'creation_grace_period',
    ],
    [
      'a time of last month',
      'commands',
      { ...command, timestamp: '2026-10-26T00:00:00Z' },
      'TOO_OLD',
      'past_grace_period',
    ],
    [
      'a time without an offset',
      'commands',
      { ...command, timestamp: '2026-11-26T11:00:00' },
      'BAD_FIELD',
      'timestamp',
    ],
    [
      'too much context',
      'commands',
      { ...command, context: { x: 'x'.repeat(MAX_EVENT_BYTES) } },
      'TOO_LARGE',
      String(MAX_EVENT_BYTES),
    ],
    [
      'tokens that are no number',
      'agents',
      { agent_name: 'a', interaction_type: 'chat', input_tokens: NaN },
      'BAD_FIELD',
      'input_tokens',
    ],
    [
      'half a token',
      'agents',
      { agent_name: 'a', interaction_type: 'chat', output_tokens: 0.5 },
      'BAD_FIELD',
      'output_tokens',
    ],
    [
      'a figure that is a text',
      'productivity',
      { user_id: 'a', metric_name: 'loc', metric_value: '3' },
      'BAD_FIELD',
      'metric_value',
    ],
    ['a list', 'productivity', [], 'BAD_FIELD', ''],
    ['nothing', 'agents', null, 'BAD_FIELD', 'it'],
  ] as const)('with %s are refused by index and reason, and the others taken', (_, kind, bad, code, said) => {
    const good = {
      agents: { agent_name: 'a', interaction_type: 'chat' },
      commands: command,
      productivity: { user_id: 'a', metric_name: 'loc', metric_value: 3 },
    }[kind];
    const { events, rejected } = take(kind, [good, bad, good]);
    expect(events.map(({ index }) => index)).toEqual([10, 12]);
    expect(rejected).toEqual([{ index: 11, code, reason: expect.stringContaining(said) as string, item: bad }]);
  });

  test('at the ends of what is allowed are taken', () => {
    const items = [
      { ...command, execution_time_ms: 0, command_name: 'x' },
      { ...command, execution_time_ms: MAX_EXECUTION_MS, command_name: 'x'.repeat(255) },
    ];
    expect(take('commands', items).rejected).toEqual([]);
  });
});
