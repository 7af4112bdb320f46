/** `daymill deploy`: makes, changes and tries a deployment on Google Cloud; or only says what it would do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudTarget, cloudTarget } from '../../config/cloud-target.ts';
import { billOf, totalOf } from '../../deploy/bill.ts';
import { allNew, kindOf, nameOf } from '../../deploy/change.ts';
import { type Carried, carryOut, lookAt, type Means, type Outlook } from '../../deploy/deploy.ts';
import { BUDGET_ROLE, DEPLOYER_ROLES } from '../../deploy/deployer.ts';
import { desired } from '../../deploy/desired/desired.ts';
import { jobs } from '../../deploy/desired/night.ts';
import { type Plan, planOf } from '../../deploy/desired/wanted.ts';
import { googleRequest } from '../../deploy/google/request.ts';
import { onDiskOnly, readSettings } from '../../deploy/read-wanted.ts';
import { stage, type Staged } from '../../deploy/stage/stage.ts';
import { UserError } from '../../errors.ts';
import type { Manifest } from '../../mill/model/manifest.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { describeBill } from '../deploy-bill.ts';
import { labelOf, MARKS } from '../deploy-labels.ts';
import { describePlan } from '../deploy-plan.ts';
import { describeRights, grantsOf } from '../deploy-rights.ts';
import { assertOwnFunctions } from '../own-functions.ts';
import { projectManifest } from '../project.ts';
import { duration } from '../units.ts';

export const deploy: Command = {
  name: 'deploy',
  usage: `daymill deploy [--project P] [--region R] [--dry-run]

Makes a deployment on Google Cloud, or brings one to what is wanted: says what is made, changed or left alone, who may do what and what it costs,
does it, and tries it. It can be stopped and run again at any point, and a second time changes nothing.
  --project   where (default: daymill.config.ts's cloud)
  --region    where; Firestore's data stay there for ever
  --dry-run   only says it
  --exit-code with --dry-run: 1 when there is something to do, for scripts
  --offline   with --dry-run: asks Google nothing. The plan is of an empty project, and what only Google knows is a ?
  --now       changes what runs though a night is under way; its tasks may then meet other code than was planned, and run again
  --prune     also removes what bears the deployment's label and is wanted no more; never a database, a bucket, or messages that wait
  --roles     only says what whoever deploys needs, and why
  --json      {"target", "changes": [{"action", "kind", "name", "why", "fields"}], "rights": [{"member", "role", "on", "isNew"}],
              "bill": {"floor", "ceiling", "cpus", "floorDollars", "ceilingDollars"}, "lacking": [{"role", "permissions"}] or null,
              "done", "removed"}
Exit code: 0 done, 1 with --exit-code, 2 wrong use, or something that only a person can mend.`,
  takesSample: false,
  options: {
    project: { type: 'string' },
    region: { type: 'string' },
    'dry-run': { type: 'boolean' },
    'exit-code': { type: 'boolean' },
    offline: { type: 'boolean' },
    now: { type: 'boolean' },
    prune: { type: 'boolean' },
    roles: { type: 'boolean' },
  },
  run: runCommand,
};

async function runCommand(args: Arguments, context: Context): Promise<ExitCode> {
  if (args.values['roles'] === true) return tellRoles(context);
  const isDry = args.values['dry-run'] === true;
  const { config, output } = context;
  const target = cloudTarget(config.cloud, { project: text(args, 'project'), region: text(args, 'region') });
  const manifest = await projectManifest(config);
  await assertOwnFunctions(config);
  if (args.values['offline'] === true) {
    if (!isDry) throw new UserError('BAD_ARGUMENT', '--offline asks Google nothing, so it only goes with --dry-run.');
    const outlook = offline(target, manifest, context);
    tellPlan(outlook, manifest, context, { isDry });
    output.data(answerOf(outlook, { done: 0, removed: 0 }, context));
    return 0;
  }
  const staged = stage(config.root, manifest);
  const means: Means = {
    request: googleRequest(target.projectId, context.env['DAYMILL_ADMIN_HOST']),
    clock: { now: context.now, sleep: (ms) => sleep(ms) },
    onWait: (line) => output.line(`  … ${line}`),
  };
  const outlook = await lookAt(readSettings(config, target, manifest), staged, means);
  tellPlan(outlook, manifest, context, { isDry });
  const carried = isDry ? { done: 0, removed: 0 } : await carry(outlook, staged, means, args, context);
  output.data(answerOf(outlook, carried, context));
  return isDry && args.values['exit-code'] === true && isAnythingDue(outlook) ? 1 : 0;
}

const isAnythingDue = ({ changes, leftovers }: Outlook): boolean =>
  leftovers.length > 0 || changes.some(({ action }) => action !== 'keep');

/** A plan is worth reading before all is there that an image is built from. */
function offline(target: CloudTarget, manifest: Manifest, { config, output }: Context): Outlook {
  let sourceHash: string | undefined;
  try {
    sourceHash = stage(config.root, manifest).hash;
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    output.trouble(`Nothing could be built yet. ${thrown.message}`);
  }
  const plan = planOf({ ...readSettings(config, target, manifest), projectNumber: undefined, sourceHash });
  return { plan, changes: allNew(desired(plan)), leftovers: [], lacking: [], isBilled: true };
}

async function carry(
  outlook: Outlook,
  { archive }: Staged,
  means: Means,
  args: Arguments,
  { output, now }: Context,
): Promise<Carried> {
  const startedMs = now();
  output.line();
  const carried = await carryOut(outlook, {
    ...means,
    archive,
    now: args.values['now'] === true,
    prune: args.values['prune'] === true,
    onDone: (change) => output.line(`  ${MARKS[change.action]} ${labelOf(change)}`),
    onLeft: (change, why) => output.trouble(`  ${labelOf(change)} stays: ${why}`),
  });
  const { done, removed } = carried;
  if (done + removed === 0) output.line('Nothing to do: all is as it should be.');
  else {
    output.line(
      `${counted(done, 'change')} made, ${removed} removed in ${duration(now() - startedMs)}; every service is ready, reconcile answers, and messages reach the workers.`,
    );
    output.line('`daymill run --cloud` starts a night now; `daymill runs --cloud` shows them.');
  }
  return carried;
}

function tellPlan(
  { plan, changes, leftovers, lacking }: Outlook,
  manifest: Manifest,
  { config, output }: Context,
  { isDry }: { readonly isDry: boolean },
): void {
  const { name, projectId, region, databaseId } = plan.target;
  const isOffline = plan.projectNumber === undefined;
  output.line(
    `${name} in ${projectId}, ${region} (database ${databaseId})${isOffline ? '; offline: as if nothing were there yet' : ''}`,
  );
  const { computations, datasets } = manifest;
  output.line(`${counted(computations.length, 'computation')}, ${counted(datasets.length, 'dataset')}`);
  for (const line of describePlan([...changes, ...leftovers])) output.line(line);
  output.line();
  for (const line of describeRights(changes)) output.line(line);
  output.line();
  output.line(`Addresses are like ${plan.names.url('index', plan.number)}`);
  if (plan.dashboard !== undefined) output.line(`The page: ${plan.names.url('view', plan.number)}/`);
  if (isOffline) output.line('A ? stands for what nobody has asked Google for yet, such as the number of the project.');
  output.line();
  if (isDry || changes.some((change) => change.action === 'create' && kindOf(change) === 'service'))
    for (const line of describeBill(billFor(plan, config), config.prices.name)) output.line(line);
  for (const { role, permissions } of isDry ? (lacking ?? []) : [])
    output.trouble(`This account lacks ${permissions.join(', ')}: ask for ${role}.`);
  if (lacking === undefined)
    output.line('Whether this account has the rights is not known before the Cloud Resource Manager API is enabled.');
  if (leftovers.length > 0) output.line('What is marked - goes with --prune, and stays without.');
  for (const dataset of onDiskOnly(manifest))
    output.trouble(`${dataset} has its days in files of this folder: they are not deployed. Put them into a bucket.`);
}

const billFor = (plan: Plan, { prices }: Context['config']) => billOf(plan.services, jobs(plan).length, prices.table);

function answerOf({ plan, changes, leftovers, lacking }: Outlook, carried: Carried, { config }: Context) {
  const bill = billFor(plan, config);
  return {
    target: plan.target,
    changes: [...changes, ...leftovers].map((change) => ({
      action: change.action,
      kind: kindOf(change),
      name: nameOf(change),
      why: 'resource' in change ? change.resource.why : null,
      fields: change.action === 'update' ? change.fields : [],
    })),
    rights: grantsOf(changes),
    bill: { ...bill, floorDollars: totalOf(bill.floor), ceilingDollars: totalOf(bill.ceiling) },
    lacking: lacking ?? null,
    ...carried,
  };
}

function tellRoles({ output }: Context): ExitCode {
  const rows = DEPLOYER_ROLES.map(({ role, why, when }) => [role, when === undefined ? why : `${why}; with ${when}`]);
  output.table([{ title: 'role' }, { title: 'why', wraps: true }], rows);
  output.line();
  output.line(
    'On the project. No key is needed: a person’s own credentials, or workload identity federation, will do.',
  );
  output.line(`With cloud.budget also ${BUDGET_ROLE.role}, on the billing account: it ${BUDGET_ROLE.why}.`);
  output.data({ roles: DEPLOYER_ROLES, onBillingAccount: [BUDGET_ROLE] });
  return 0;
}
