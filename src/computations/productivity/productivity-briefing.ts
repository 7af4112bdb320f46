/** The day on one card: what someone who leads an engineering organization would read first. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { activeUsers } from './active-users.ts';
import { agentAdoption } from './agent-adoption.ts';
import type { Adoption } from './adoption.ts';
import { AS_SENT } from './checks.ts';
import { failureHotspots } from './failure-hotspots.ts';
import type { FailureHotspot } from './failure-hotspots.ts';
import { byOrganization, organizationOf } from './keys.ts';
import { teamDay } from './team-day.ts';
import type { TeamFigures } from './team-figures.ts';
import { tokenUse } from './token-use.ts';
import { toolAdoption } from './tool-adoption.ts';
import { weekOnWeek } from './week-on-week.ts';

const LISTED = 5;

const Spreading = z.object({ name: z.string(), newUsers: z.number().int().positive(), adopters: z.number().int() });

export const ProductivityBriefing = z.object({
  /** Different users today, and of the last 28 days; the first by the second, 0 to 1. */
  activeUsers: z.number().int().nonnegative(),
  monthlyUsers: z.number().int().positive(),
  stickiness: z.number().min(0).max(1),
  /** Of today's users, the share that let agents work, 0 to 1; null on a day without users. */
  agentShare: z.number().min(0).max(1).nullable(),
  /** Commands of the last 7 days, and by how much they are more than in the 7 days before: 0.1 is a tenth; null where there were none. */
  commands: z.number().nonnegative(),
  commandsChange: z.number().nullable(),
  /** Share of the commands of the last 7 days that succeeded, 0 to 1, and what became of it since the week before. */
  commandSuccess: z.number().min(0).max(1).nullable(),
  commandVerdict: z.enum(['better', 'unchanged', 'worse', 'too-few']),
  /** The same of agent runs. */
  agentRuns: z.number().nonnegative(),
  agentSuccess: z.number().min(0).max(1).nullable(),
  agentVerdict: z.enum(['better', 'unchanged', 'worse', 'too-few']),
  /** Today's tokens in and out, and of the month by the budget; null without a budget. */
  tokens: z.number().nonnegative(),
  budgetShare: z.number().nonnegative().nullable(),
  /** Commands that fail more than they used to, at most five, those first that fail most at least. */
  failing: z.array(z.object({ command: z.string(), failureRate: z.number(), usualRate: z.number() })).max(LISTED),
  /** The command and the agent that most people used for the first time today; null where nobody did. */
  spreadingTool: Spreading.nullable(),
  spreadingAgent: Spreading.nullable(),
  /** The team that ran most commands today, equals by name; null where no command says its team. */
  busiestTeam: z.string().nullable(),
});
export type ProductivityBriefing = z.infer<typeof ProductivityBriefing>;

/** By organization: `acme/`, of those with active users in the last 28 days. */
export const productivityBriefing = defineComputation({
  name: 'productivity-briefing',
  category: 'organizations',
  productLines: ['productivity'],
  tags: ['report'],
  description: 'The day of every engineering organization on one card',
  needs: {
    users: dependency(activeUsers),
    weeks: dependency(weekOnWeek),
    hotspots: dependency(failureHotspots),
    tools: dependency(toolAdoption),
    agents: dependency(agentAdoption),
    tokens: dependency(tokenUse),
    teams: dependency(teamDay),
  },
  output: z.record(z.string(), ProductivityBriefing),
  checks: AS_SENT,
  headline: (organizations) => {
    const failing = Object.values(organizations).filter((one) => one.failing.length > 0).length;
    return `${Object.keys(organizations).length} organizations, ${failing} with commands that fail more than they used to`;
  },
  compute: ({ users, weeks, hotspots, tools, agents, tokens, teams }) => {
    const failing = byOrganization(hotspots);
    const spreadingTools = byOrganization(tools);
    const spreadingAgents = byOrganization(agents);
    const busiest = byOrganization(teams);
    const briefings: Record<string, ProductivityBriefing> = {};
    for (const [key, active] of Object.entries(users)) {
      const week = weeks[key];
      if (week === undefined) continue;
      const organization = organizationOf(key);
      briefings[key] = {
        activeUsers: active.daily,
        monthlyUsers: active.monthly,
        stickiness: active.stickiness,
        agentShare: active.agentShare,
        commands: week.commands.now,
        commandsChange: week.commands.change,
        commandSuccess: week.commandSuccess.now,
        commandVerdict: week.commandSuccess.verdict,
        agentRuns: week.agentRuns.now,
        agentSuccess: week.agentSuccess.now,
        agentVerdict: week.agentSuccess.verdict,
        tokens: tokens[key]?.tokens ?? 0,
        budgetShare: tokens[key]?.budgetShare ?? null,
        failing: failingOf(failing.get(organization) ?? []),
        spreadingTool: spreadingOf(spreadingTools.get(organization) ?? []),
        spreadingAgent: spreadingOf(spreadingAgents.get(organization) ?? []),
        busiestTeam: busiestOf(busiest.get(organization) ?? []),
      };
    }
    return briefings;
  },
});

/** In the order of their names. */
type Named<V> = readonly { readonly name: string; readonly value: V }[];

const failingOf = (tools: Named<FailureHotspot>): ProductivityBriefing['failing'] =>
  tools
    .filter(({ value }) => value.verdict === 'failing')
    .toSorted((a, b) => b.value.failsAtLeast - a.value.failsAtLeast)
    .slice(0, LISTED)
    .map(({ name, value: { failureRate, usualRate } }) => ({ command: name, failureRate, usualRate }));

function spreadingOf(tools: Named<Adoption>): ProductivityBriefing['spreadingTool'] {
  const [most] = tools.toSorted((a, b) => b.value.newUsers - a.value.newUsers);
  if (most === undefined || most.value.newUsers === 0) return null;
  return { name: most.name, newUsers: most.value.newUsers, adopters: most.value.adopters };
}

function busiestOf(teams: Named<TeamFigures>): string | null {
  const [most] = teams.filter(({ name }) => name !== '').toSorted((a, b) => b.value.runs - a.value.runs);
  return most?.name ?? null;
}
