/** The tiers that tasks run on: workers of one memory size, fed by one topic. Configured, from the smallest to the largest. */
import { z } from 'zod';
import { TierName } from './tier-name.ts';

/** The specification's topics are `computation-tasks` and `computation-tasks-highmem`; further tiers are named alike. */
const FIRST_TOPIC = 'computation-tasks';
const topicOf = (name: TierName): string => `${FIRST_TOPIC}-${name.replaceAll('-', '')}`;

export const Tier = z.strictObject({
  name: TierName.describe('of the tier'),
  memoryMB: z.number().positive().describe("what a worker's container may take, in MiB"),
  topic: z
    .string()
    .min(1)
    .optional()
    .describe(
      'of its tasks; `computation-tasks` for the first tier and `computation-tasks-NAME` for the others when absent',
    ),
});

export const Tiers = z
  .tuple([Tier])
  .rest(Tier)
  .transform(([first, ...others]): Tiers => [
    { ...first, topic: first.topic ?? FIRST_TOPIC },
    ...others.map((tier) => ({ ...tier, topic: tier.topic ?? topicOf(tier.name) })),
  ])
  .check(({ value: tiers, issues }) => {
    const wrong = (message: string): void => void issues.push({ code: 'custom', input: tiers, message });
    if (new Set(tiers.map(({ name }) => name)).size < tiers.length) wrong('two tiers have the same name');
    if (new Set(tiers.map(({ topic }) => topic)).size < tiers.length) wrong('two tiers have the same topic');
    if (tiers.some((tier, index) => tier.memoryMB <= (tiers[index - 1]?.memoryMB ?? 0)))
      wrong('tiers are listed from the smallest memory to the largest');
  });

/** Whether a tier's topic is the one that it has when nobody names it; `index`: its place among the tiers. */
export const isDefaultTopic = ({ name, topic }: Tier, index: number): boolean =>
  topic === (index === 0 ? FIRST_TOPIC : topicOf(name));

export type Tier = z.infer<typeof Tier> & { readonly topic: string };
/** In order of memory. */
export type Tiers = readonly [Tier, ...Tier[]];

/** A task may name a tier that is no longer configured: the largest has room for it. */
export const tierNamed = (tiers: Tiers, name: TierName): Tier =>
  tiers.find((tier) => tier.name === name) ?? largestTier(tiers);

export const largestTier = (tiers: Tiers): Tier => tiers.at(-1) ?? tiers[0];

/** The next larger tier, if there is one. */
export const tierAbove = (tiers: Tiers, name: TierName): Tier | undefined =>
  tiers[tiers.indexOf(tierNamed(tiers, name)) + 1];

/** Cloud Run's most: https://cloud.google.com/run/docs/configuring/services/memory-limits */
export const MAX_MEMORY_MB = 32_768;

/** vCPUs by the most memory that they may have; half of what Cloud Run would allow for small ones, since a worker computes. */
const VCPUS: readonly (readonly [memoryMB: number, vcpus: number])[] = [
  [2_048, 1],
  [8_192, 2],
  [16_384, 4],
  [MAX_MEMORY_MB, 8],
];

/** What an instance of that memory is given, and costs; undefined when there is none so large. */
export const vcpusOf = (memoryMB: number): number | undefined => VCPUS.find(([most]) => memoryMB <= most)?.[1];

/** As DAYMILL_TIERS has them: `standard=2048:computation-tasks high-mem=8192:…`; config/environment.ts reads it. */
export const tiersText = (tiers: Tiers): string =>
  tiers.map(({ name, memoryMB, topic }) => `${name}=${memoryMB}:${topic}`).join(' ');
