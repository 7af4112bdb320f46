/** Computations on events that are spelled out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDay, runDays } from 'daymill/testing';
import { teamDay } from '../src/computations/productivity/team-day.ts';
import { toolAdopters } from '../src/computations/productivity/tool-adopters.ts';

/** As `daymill` keeps what is sent to it, with the organization of the sender. */
const command = (id: string, over: object = {}) => ({
  organization: 'acme',
  id,
  timestamp: '2026-01-05T10:00:00Z',
  user_id: 'ann',
  team_id: 'web',
  command_name: 'build',
  execution_time_ms: 4_200,
  status: 'success' as const,
  ...over,
});

test('a team is told apart from the same name elsewhere', async () => {
  const teams = await runDay(teamDay, '2026-01-05', {
    commands: [
      command('1'),
      command('2', { user_id: 'bob', status: 'error' }),
      command('3', { organization: 'globex' }),
    ],
  });
  assert.deepEqual(Object.keys(teams), ['acme/web', 'globex/web']);
  assert.equal(teams['acme/web']?.users, 2);
  assert.equal(teams['acme/web']?.successRate, 0.5);
});

test('who comes back to a command is no new user of it', async () => {
  const days = await runDays(toolAdopters, {
    '2026-01-05': { commands: [command('1')] },
    '2026-01-06': { commands: [command('2'), command('3', { user_id: 'bob' })] },
  });
  assert.deepEqual(
    days.map(({ value }) => value['acme/build']?.newUsers),
    [1, 1],
  );
});
