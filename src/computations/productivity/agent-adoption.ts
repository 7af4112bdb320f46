/** How every agent spreads. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { Adoption, adoptionOf } from './adoption.ts';
import { agentDay } from './agent-day.ts';
import { AS_SENT } from './checks.ts';
import { byOrganization } from './keys.ts';
import { agentAdopters } from './agent-adopters.ts';

/** By organization and agent: `acme/reviewer`, as far as `agent-adopters` remembers it. Of users those of agents are meant. */
export const agentAdoption = defineComputation({
  name: 'agent-adoption',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['agents', 'adoption'],
  description: 'Users of every agent: today, for the first time, so far, and as a share of all',
  needs: { adopters: dependency(agentAdopters), people: dependency(agentDay) },
  output: z.record(z.string(), Adoption),
  checks: AS_SENT,
  headline: (tools) => {
    const [spreading] = Object.values(tools).sort((a, b) => b.newUsers - a.newUsers);
    return `${Object.keys(tools).length} agents, at most ${spreading?.newUsers ?? 0} new users of one`;
  },
  compute: ({ adopters, people }) => {
    const users = [...byOrganization(people)].map(
      ([organization, own]) => [organization, own.filter(({ name }) => name !== '').length] as const,
    );
    return adoptionOf(adopters, new Map(users));
  },
});
