import { describe, expect, test } from 'vitest';
import {
  durationMs,
  SESSION_TIMEOUT_MS,
  startedSession,
  timedOutSession,
  updatedSession,
} from '../../../src/meter/model/session.ts';

const NINE = Date.UTC(2026, 10, 26, 9);
const session = startedSession({ user_id: 'ann', context: { branch: 'main' } }, 's1', NINE);

describe('a session', () => {
  test('goes on while it is heard of, and ends when it is told to', () => {
    const later = updatedSession(session, { commands_executed: 3, context: { dirty: true } }, NINE + 60_000);
    expect(later).toMatchObject({
      status: 'active',
      commands_executed: 3,
      context: { branch: 'main', dirty: true },
      last_seen_at: '2026-11-26T09:01:00.000Z',
    });
    const ended = updatedSession(later, { status: 'ended' }, NINE + 120_000);
    expect(ended).toMatchObject({ status: 'ended', end_reason: 'ended', ended_at: '2026-11-26T09:02:00.000Z' });
    expect(durationMs(ended)).toBe(120_000);
  });

  test('is moved back in time by no update that comes late', () => {
    const later = updatedSession(session, {}, NINE + 60_000);
    expect(updatedSession(later, { commands_executed: 1 }, NINE + 30_000).last_seen_at).toBe(later.last_seen_at);
  });

  test('that is over stays as it is', () => {
    const ended = updatedSession(session, { status: 'ended' }, NINE + 1);
    expect(updatedSession(ended, { status: 'active', commands_executed: 9 }, NINE + 2)).toBe(ended);
    expect(timedOutSession(ended, NINE + 10 * SESSION_TIMEOUT_MS)).toBe(ended);
  });

  test('ends by time when it was last heard of, not when that is noticed', () => {
    expect(timedOutSession(session, NINE + SESSION_TIMEOUT_MS - 1)).toBe(session);
    expect(timedOutSession(session, NINE + 5 * SESSION_TIMEOUT_MS)).toMatchObject({
      status: 'ended',
      end_reason: 'timeout',
      ended_at: '2026-11-26T09:00:00.000Z',
    });
  });
});
