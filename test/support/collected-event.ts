/** Events as `collected()` gives them, for tests that are about one member or another. */

let sent = 0;

const kept = (): { organization: string; id: string; timestamp: string } => ({
  organization: 'acme',
  id: `e-${++sent}`,
  timestamp: '2024-02-14T10:00:00.000Z',
});

export const aCommand = (over: object = {}) => ({
  ...kept(),
  user_id: 'ann',
  command_name: 'build',
  execution_time_ms: 1_000,
  status: 'success' as const,
  ...over,
});

export const anAgentRun = (over: object = {}) => ({
  ...kept(),
  agent_name: 'coder',
  interaction_type: 'task',
  ...over,
});

export const aFigure = (over: object = {}) => ({
  ...kept(),
  user_id: 'ann',
  metric_name: 'lines-written',
  metric_value: 1,
  ...over,
});
