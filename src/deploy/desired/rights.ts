/** Who may do what, apart from calling and delivering: the least that each account can work with. */
import type { Binding, Resource } from '../resource.ts';
import { secretsOf } from './foundations.ts';
import { member, type Plan } from './wanted.ts';

export const rights = (plan: Plan): Resource[] => [
  {
    kind: 'policy',
    name: plan.names.project,
    wave: 'rights',
    why: 'what no smaller resource can grant',
    body: { bindings: projectBindings(plan) },
  },
  {
    kind: 'policy',
    name: plan.names.bucket,
    wave: 'rights',
    why: 'the build reads its source',
    body: { bindings: [{ role: 'roles/storage.objectViewer', members: [member(plan.names.email('build'))] }] },
  },
  {
    kind: 'policy',
    name: plan.names.repository,
    wave: 'rights',
    why: 'the build writes its image',
    body: { bindings: [{ role: 'roles/artifactregistry.writer', members: [member(plan.names.email('build'))] }] },
  },
  ...plan.dataBuckets.map((bucket): Resource => ({
    kind: 'policy',
    name: bucket,
    wave: 'rights',
    why: 'datasets have their files there',
    body: { bindings: [{ role: 'roles/storage.objectViewer', members: [...planners(plan), ...viewers(plan)] }] },
  })),
];

/** What the project's own functions may: read results, and the secrets that they name. More is granted by people, and stays. */
export const ownRights = (plan: Plan): Resource[] =>
  secretsOf(plan).map((id) => ({
    kind: 'policy',
    name: plan.names.secret(id),
    wave: 'rights',
    why: 'the functions that name it read it',
    body: { bindings: [{ role: 'roles/secretmanager.secretAccessor', members: readersOf(plan, id) }] },
  }));

const readersOf = ({ names, functions, collect }: Plan, id: string): string[] => [
  ...(functions.some(({ secrets }) => Object.values(secrets).some((one) => one.id === id))
    ? [member(names.email('app'))]
    : []),
  ...(collect?.secret === id ? [member(names.email('meter'))] : []),
];

/** Who plans and who works: both read and write all state, and either may be who calls the workflow back. */
const planners = ({ names }: Plan): string[] => [member(names.email('plan')), member(names.email('work'))];

/** The page's function, where there is one: what people do by it is what the planners do. */
export const viewers = ({ names, services }: Plan): string[] =>
  services.some(({ id }) => id === 'view') ? [member(names.email('view'))] : [];

function projectBindings(plan: Plan): Binding[] {
  const { names, target } = plan;
  // The other databases of the project are none of theirs: https://cloud.google.com/firestore/native/docs/manage-databases
  const condition = { title: `${target.name}-database`, expression: `resource.name == "${names.database}"` };
  return [
    {
      role: 'roles/datastore.user',
      members: [
        ...planners(plan),
        ...viewers(plan),
        ...(plan.collect !== undefined ? [member(names.email('meter'))] : []),
      ],
      condition,
    },
    ...(plan.functions.length === 0
      ? []
      : [{ role: 'roles/datastore.viewer', members: [member(names.email('app'))], condition }]),
    // Workflows have no policies of their own: https://cloud.google.com/iam/docs/roles-permissions/workflows
    { role: 'roles/workflows.invoker', members: [...planners(plan), ...viewers(plan), member(names.email('cron'))] },
    { role: 'roles/logging.logWriter', members: [member(names.email('flow')), member(names.email('build'))] },
  ];
}
