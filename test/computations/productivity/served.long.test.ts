/** Simulated events go through the doors of a Daymill that is served, nights compute on them, and each organization reads what they come to. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activeUsers } from '../../../src/computations/productivity/active-users.ts';
import { agentDay } from '../../../src/computations/productivity/agent-day.ts';
import { commandDay } from '../../../src/computations/productivity/command-day.ts';
import { failureHotspots } from '../../../src/computations/productivity/failure-hotspots.ts';
import { productivityBriefing } from '../../../src/computations/productivity/productivity-briefing.ts';
import { teamAgentDay } from '../../../src/computations/productivity/team-agent-day.ts';
import { teamDay } from '../../../src/computations/productivity/team-day.ts';
import { tokenUse } from '../../../src/computations/productivity/token-use.ts';
import { toolAdopters } from '../../../src/computations/productivity/tool-adopters.ts';
import { toolAdoption } from '../../../src/computations/productivity/tool-adoption.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import type { Computation } from '../../../src/mill/model/computation.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { bundledComputations } from '../../support/bundled-project.ts';
import { daymill } from '../../support/daymill-process.ts';
import { differences } from '../../support/differences.ts';
import { fixtureProject, type FixtureProject } from '../../support/fixture-project.ts';
import { LONG } from '../../support/long.ts';
import { type Results, runComputations } from '../../support/run-computations.ts';
import { type Serving, serving } from '../../support/serving.ts';
import { collectedDays, type SimulatedDay, simulatedEvents } from '../../support/simulated-events.ts';

/** Over, and young enough to be taken: events may be a week late. */
const LAST = addDays(new Date().toISOString().slice(0, 10), -2);
const FROM = addDays(LAST, -3);

/** As many go together. */
const BATCH = 1_000;

const READ: readonly Computation<Record<string, unknown>>[] = [
  commandDay,
  agentDay,
  teamDay,
  teamAgentDay,
  toolAdopters,
  toolAdoption,
  activeUsers,
  failureHotspots,
  weekOnWeek,
  tokenUse,
  productivityBriefing,
];

/** The sender names no organization: its token does. */
const anonymous = (event: object): object => ({ ...event, organization: undefined });

describe.runIf(LONG)('a Daymill that is served', () => {
  let project: FixtureProject;
  let served: Serving;
  let days: readonly SimulatedDay[];
  let expected: Results;

  beforeAll(async () => {
    days = simulatedEvents({ seed: 5, from: FROM, days: 4 });
    expected = await runComputations([productivityBriefing, teamAgentDay], {
      data: collectedDays(days),
      from: FROM,
      to: LAST,
    });
    project = fixtureProject(bundledComputations(['productivity', 'statistics']));
    served = await serving(project);
    for (const organization of ['acme', 'globex']) {
      const token = await served.token(organization, 'developer');
      for (const { commands, agents } of days) {
        await send(token, 'command_executions', organization, commands);
        await send(token, 'agent_interactions', organization, agents);
      }
    }
  });
  afterAll(async () => {
    await served.stop();
    project.remove();
  });

  async function send(
    token: string,
    member: string,
    organization: string,
    events: readonly { readonly organization: string }[],
  ): Promise<void> {
    const own = events.filter((event) => event.organization === organization);
    for (let first = 0; first < own.length; first += BATCH) {
      const items = own.slice(first, first + BATCH).map(anonymous);
      const answer = await served.ask('/api/metrics/batch', { token, json: { [member]: items } });
      expect(await answer.json()).toMatchObject({ accepted: items.length, rejected: 0 });
    }
  }

  test('computes on what was sent, in one run', async () => {
    const args = ['run', '--date', LAST, '--from', FROM, '--select', '+productivity-briefing'];
    const { code, stderr } = await daymill(project, args);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  test.each(['acme', 'globex'])('tells %s what its events come to, and nothing else', async (organization) => {
    const token = await served.token(organization, 'viewer');
    for (const computation of READ)
      for (const day of daysFrom(FROM, LAST)) {
        const answer = await served.ask(`/api/results/${computation.name}/${day}`, { token });
        expect([computation.name, day, answer.status]).toEqual([computation.name, day, 200]);
        const { entities } = (await answer.json()) as { entities: { id: string; value: unknown }[] };
        const own = Object.entries(expected.on(computation, day)).filter(([key]) => key.startsWith(`${organization}/`));
        const found = Object.fromEntries(entities.map(({ id, value }) => [id, value]));
        expect([computation.name, day, differences(found, Object.fromEntries(own))]).toEqual([
          computation.name,
          day,
          [],
        ]);
      }
  });
});
