/** Simulated events go through the doors of a Daymill that is served, nights compute on them, and each organization reads what they come to. */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
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
import { collectedDays } from '../../support/collected-days.ts';
import { simulatedEvents } from '../../../src/cli/templates/productivity/src/simulated-events.ts';

/** What a project of the template sends: see there for the days, and for what happens on them. */
const SENDER = resolve(import.meta.dirname, '../../../src/cli/templates/productivity/src/send-simulated.ts');

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

describe.runIf(LONG)('a Daymill that is served', () => {
  let project: FixtureProject;
  let served: Serving;
  let expected: Results;
  /** The first of the six days that were sent, and the last that is surely over. */
  let [from, last] = ['', ''];

  beforeAll(async () => {
    project = fixtureProject(bundledComputations(['productivity', 'statistics']));
    served = await serving(project);
    for (const organization of ['acme', 'globex']) {
      const env = { PATH: process.env['PATH'], TOKEN: await served.token(organization, 'developer') };
      const { stdout } = await promisify(execFile)(process.execPath, [SENDER, served.url, organization], { env });
      from = /--from (\S+)/u.exec(stdout)?.[1] ?? '';
    }
    last = addDays(from, 4);
    const days = simulatedEvents({ seed: 1, from, days: 6, brokenOn: 4, adoptedOn: 2, isHungry: true });
    const data = collectedDays(days);
    expected = await runComputations([productivityBriefing, teamAgentDay], { data, from, to: last });
  });
  afterAll(async () => {
    await served.stop();
    project.remove();
  });

  test('computes on what was sent, in one run', async () => {
    const args = ['run', '--date', last, '--from', from, '--select', '+productivity-briefing'];
    const { code, stderr } = await daymill(project, args);
    expect({ code, stderr }).toMatchObject({ code: 0 });
  });

  test.each(['acme', 'globex'])('tells %s what its events come to, and nothing else', async (organization) => {
    const token = await served.token(organization, 'viewer');
    for (const computation of READ)
      for (const day of daysFrom(from, last)) {
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
