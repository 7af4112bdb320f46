/** `--cloud` and `--sample`: which commands take them, and where they then work. */
import { cloudTarget, deployedTiers } from '../config/cloud-target.ts';
import { type Config, readConfig } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { Arguments, Command } from './command.ts';
import { LOCAL_PROJECT } from './local/state-file.ts';
import type { Output } from './output.ts';

const CLOUD_OPTIONS = {
  cloud: { type: 'boolean' },
  project: { type: 'string' },
  region: { type: 'string' },
} as const;

const SAMPLE_OPTION = { sample: { type: 'string' } } as const;

/** What it takes beside its own options, and beside --json and --help. */
export const sharedOptions = ({ reachesCloud, takesSample }: Pick<Command, 'reachesCloud' | 'takesSample'>) => ({
  ...(reachesCloud === true ? CLOUD_OPTIONS : {}),
  ...(takesSample === false ? {} : SAMPLE_OPTION),
});

/** Exit codes stay last. */
export function usageOf({ usage, reachesCloud = false }: Command): string {
  if (!reachesCloud) return usage;
  const cloud =
    "  --cloud   on what is deployed, by your Google credentials; where: daymill.config.ts's cloud, or --project P --region R\n";
  const end = usage.lastIndexOf('\nExit code:') + 1;
  return end === 0 ? `${usage}\n${cloud.trimEnd()}` : `${usage.slice(0, end)}${cloud}${usage.slice(end)}`;
}

/** What a shell says of Google's project is nothing to the local cloud; the deployed one is the project's setting, or an option. */
export function configOf(command: Command, { values }: Arguments, output: Output): Config {
  const config = readConfig(process.env, process.cwd(), process.pid);
  if (config.sample !== undefined && (values['cloud'] === true || command.takesSample === false))
    throw new UserError(
      'BAD_ARGUMENT',
      `The sample ${config.sample} runs on the local cloud alone. npx daymill init DIR --template ${config.sample} makes a project of it, which can be deployed.`,
    );
  if (command.reachesCloud !== true || values['cloud'] !== true)
    return { ...config, projectId: LOCAL_PROJECT, databaseId: undefined };
  const { project, region } = values as Readonly<Record<string, string | undefined>>;
  const target = cloudTarget(config.cloud, { project, region });
  const { projectId, databaseId, name } = target;
  // So that nobody takes one cloud for another.
  output.line(`Google Cloud: ${name} in ${projectId}, ${target.region} (database ${databaseId})`);
  return { ...config, projectId, databaseId, target, tiers: deployedTiers(config.tiers, name) };
}
