/** Which deployed Daymill a command means: the project's own setting, or what the command line says. */
import { UserError } from '../errors.ts';
import { isDefaultTopic, type Tiers } from '../mill/model/tier.ts';
import type { CloudSettings } from './project-settings.ts';

export interface CloudTarget {
  readonly projectId: string;
  readonly region: string;
  /** What all its resources are called by: two of other names live beside each other in one project. */
  readonly name: string;
  readonly databaseId: string;
  /** Its day, in Workflows. */
  readonly workflow: string;
  /** What starts it each night, in Cloud Scheduler: the argument that it has there is the one to start it with. */
  readonly nightlyJob: string;
}

/** `asked`: what the command line says, which goes before the setting. @throws {UserError} BAD_ARGUMENT naming what is not said. */
export function cloudTarget(
  { project, region, name, database = name }: CloudSettings,
  asked: { readonly project?: string | undefined; readonly region?: string | undefined } = {},
): CloudTarget {
  return {
    projectId: asked.project ?? project ?? missing('project', 'my-project'),
    region: asked.region ?? region ?? missing('region', 'europe-west1'),
    name,
    databaseId: database,
    workflow: `${name}-pipeline`,
    nightlyJob: `${name}-nightly`,
  };
}

/** The tiers as they are deployed: topics that nobody named are called by the deployment, so that two of them do not take each other's tasks. */
export function deployedTiers(tiers: Tiers, name: string): Tiers {
  const [first, ...others] = tiers.map((tier, index) =>
    isDefaultTopic(tier, index) ? Object.assign({ ...tier }, { topic: `${name}-${tier.topic}` }) : tier,
  );
  return first === undefined ? tiers : [first, ...others];
}

function missing(what: 'project' | 'region', example: string): never {
  throw new UserError(
    'BAD_ARGUMENT',
    `Which ${what}? Say --${what} ${example}, or cloud: { ${what}: '${example}' } in daymill.config.ts.`,
  );
}
