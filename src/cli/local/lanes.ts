/** How a laptop's workers share a wave. */
import { availableParallelism } from 'node:os';
import type { Config } from '../../config/config.ts';
import { workerConcurrency } from '../../deploy/services.ts';
import type { Tier } from '../../mill/model/tier.ts';

/** The embedded cloud keeps one core busy, workers of the smallest tier the others. */
export const instancesOf = (tier: Tier, { tiers }: Pick<Config, 'tiers'>): number =>
  tier.name === tiers[0].name ? Math.max(1, availableParallelism() - 1) : 1;

/** Of a tier. */
export const tasksAtOnce = (tier: Tier, config: Pick<Config, 'tiers'>): number =>
  workerConcurrency(tier, config.tiers) * instancesOf(tier, config);

/** Two tasks for each that runs at a time, so that one that ends early finds another; as many as the environment says, where it does. */
export const localLanes = (config: Config, env: Readonly<Record<string, string | undefined>>): number =>
  env['DAYMILL_LANES'] === undefined || env['DAYMILL_LANES'] === ''
    ? 2 * tasksAtOnce(config.tiers[0], config)
    : config.lanes;
