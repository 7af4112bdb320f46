/** How every command spreads. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { Adoption, adoptionOf } from './adoption.ts';
import { AS_SENT } from './checks.ts';
import { commandDay } from './command-day.ts';
import { byOrganization } from './keys.ts';
import { toolAdopters } from './tool-adopters.ts';

/** By organization and command: `acme/build`, as far as `tool-adopters` remembers it. Of users those of commands are meant. */
export const toolAdoption = defineComputation({
  name: 'tool-adoption',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['commands', 'adoption'],
  description: 'Users of every command: today, for the first time, so far, and as a share of all',
  needs: { adopters: dependency(toolAdopters), people: dependency(commandDay) },
  output: z.record(z.string(), Adoption),
  checks: AS_SENT,
  headline: (tools) => {
    const [spreading] = Object.values(tools).sort((a, b) => b.newUsers - a.newUsers);
    return `${Object.keys(tools).length} commands, at most ${spreading?.newUsers ?? 0} new users of one`;
  },
  compute: ({ adopters, people }) => {
    const users = [...byOrganization(people)].map(
      ([organization, own]) => [organization, own.filter(({ name }) => name !== '').length] as const,
    );
    return adoptionOf(adopters, new Map(users));
  },
});
