/** `daymill deploy`: what a deployment on Google Cloud consists of. */
import { cloudTarget } from '../../config/cloud-target.ts';
import { billOf, totalOf } from '../../deploy/bill.ts';
import { allNew, type Change, kindOf, nameOf } from '../../deploy/change.ts';
import { DEPLOYER_ROLES } from '../../deploy/deployer.ts';
import { desired } from '../../deploy/desired/desired.ts';
import { planOf, type Plan } from '../../deploy/desired/wanted.ts';
import { onDiskOnly, readSettings } from '../../deploy/read-wanted.ts';
import { stage } from '../../deploy/stage/stage.ts';
import { UserError } from '../../errors.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { describeBill, describePlan, grantsOf } from '../deploy-plan.ts';
import { projectManifest } from '../project.ts';
import { table } from '../table.ts';

export const deploy: Command = {
  name: 'deploy',
  usage: `daymill deploy --dry-run --offline [--project P] [--region R]

Says what a deployment on Google Cloud consists of: resources, who may do what, and what it costs at least and at most a month.
  --dry-run   changes nothing
  --offline   asks Google nothing: the plan is of an empty project, and what only Google knows is a ?
  --project   where (default: daymill.config.ts's cloud)
  --region    where; Firestore's data stay there for ever
  --roles     only says what whoever deploys needs, and why
  --json      {"target", "changes": [{"action", "kind", "name", "why", "fields"}], "rights": [{"member", "role", "on", "isNew"}],
              "bill": {"floor", "ceiling", "cpus"}}
Exit code: 0 done, 2 wrong use.`,
  options: {
    project: { type: 'string' },
    region: { type: 'string' },
    'dry-run': { type: 'boolean' },
    offline: { type: 'boolean' },
    roles: { type: 'boolean' },
  },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  if (args.values['roles'] === true) return tellRoles(context);
  const { config, output } = context;
  if (args.values['dry-run'] !== true || args.values['offline'] !== true)
    throw new UserError('BAD_ARGUMENT', 'Only the plan is there yet: add --dry-run --offline.');
  const target = cloudTarget(config.cloud, { project: text(args, 'project'), region: text(args, 'region') });
  const manifest = await projectManifest(config);
  const sourceHash = hashOffline(manifest, context);
  const plan = planOf({ ...readSettings(config, target, manifest), projectNumber: undefined, sourceHash });
  tellPlan(plan, allNew(desired(plan)), manifest, context);
  output.data(answerOf(plan, allNew(desired(plan)), context));
  return 0;
}

/** A plan is worth reading before all is there that an image is built from. */
function hashOffline(manifest: Manifest, { config, output }: Context): string | undefined {
  try {
    return stage(config.root, manifest).hash;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    output.trouble(`Nothing could be built yet. ${thrown.message}`);
    return undefined;
  }
}

function tellPlan(plan: Plan, changes: readonly Change[], manifest: Manifest, { config, output }: Context): void {
  const { name, projectId, region, databaseId } = plan.target;
  output.line(`${name} in ${projectId}, ${region} (database ${databaseId}); offline: as if nothing were there yet`);
  const { computations, datasets } = manifest;
  output.line(`${counted(computations.length, 'computation')}, ${counted(datasets.length, 'dataset')}`);
  for (const line of describePlan(changes)) output.line(line);
  output.line();
  output.line(`Addresses are like ${plan.names.url('index', plan.number)}`);
  output.line('A ? stands for what nobody has asked Google for yet, such as the number of the project.');
  output.line();
  for (const line of describeBill(billFor(plan, config), config.prices.name)) output.line(line);
  for (const dataset of onDiskOnly(manifest))
    output.trouble(`${dataset} has its days in files of this folder: they are not deployed. Put them into a bucket.`);
}

const billFor = (plan: Plan, { prices }: Context['config']) => billOf(plan.services, 2, prices.table);

function answerOf(plan: Plan, changes: readonly Change[], { config }: Context) {
  const bill = billFor(plan, config);
  return {
    target: plan.target,
    changes: changes.map((change) => ({
      action: change.action,
      kind: kindOf(change),
      name: nameOf(change),
      why: 'resource' in change ? change.resource.why : null,
      fields: change.action === 'update' ? change.fields : [],
    })),
    rights: grantsOf(changes),
    bill: { ...bill, floorDollars: totalOf(bill.floor), ceilingDollars: totalOf(bill.ceiling) },
  };
}

function tellRoles({ output }: Context): ExitCode {
  const rows = DEPLOYER_ROLES.map(({ role, why }) => [role, why]);
  for (const line of table([{ title: 'role' }, { title: 'why' }], rows)) output.line(line);
  output.line();
  output.line(
    'On the project. No organisation is needed, and no key: user credentials or workload identity federation will do.',
  );
  output.data({ roles: DEPLOYER_ROLES });
  return 0;
}
