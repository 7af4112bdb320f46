/** A deployment's plan as people read it: what is made, changed or left, who may do what, and what it costs. */
import type { Bill, BillLine } from '../deploy/bill.ts';
import { totalOf } from '../deploy/bill.ts';
import { type Change, kindOf, nameOf } from '../deploy/change.ts';
import { type Binding, type Body, type FieldChange, type KindName, shortName } from '../deploy/resource.ts';
import { counted } from './counted.ts';
import { wrapped } from './wrapped.ts';

const WIDTH = 100;

/** A longer name pushes what is said of it to the right. */
const MAX_NAME_WIDTH = 54;

/** How much of a value a line shows. */
const VALUE_WIDTH = 44;

const MARKS: Readonly<Record<Change['action'], string>> = { create: '+', update: '~', keep: '=', remove: '-' };

interface Group {
  readonly title: string;
  readonly kinds: readonly KindName[];
  /** How a resource is called there. */
  readonly label: (change: Change) => string;
}

const short = (change: Change): string => shortName(nameOf(change));
const withKind = (change: Change): string => `${kindOf(change)} ${short(change)}`;

const GROUPS: readonly Group[] = [
  { title: 'APIs', kinds: ['api'], label: (change) => short(change).replace('.googleapis.com', '') },
  { title: 'Accounts', kinds: ['account'], label: (change) => short(change).replace(/@.*/, '') },
  { title: 'Stores', kinds: ['bucket', 'repository', 'database'], label: withKind },
  {
    title: 'Indexes, exemptions, expiry, rules',
    kinds: ['index', 'field', 'rules'],
    label: (change) => inDatabase(change),
  },
  { title: 'Messages', kinds: ['topic', 'subscription'], label: withKind },
  { title: 'Functions', kinds: ['image', 'service'], label: (change) => functionLabel(change) },
  { title: 'The night', kinds: ['workflow', 'job'], label: withKind },
];

function inDatabase(change: Change): string {
  const kind = kindOf(change);
  if (kind === 'rules') return `rules of ${short(change)}`;
  const [, group = '', field = ''] = /collectionGroups\/([^/]+)\/(?:indexes|fields)\/(.*)$/.exec(nameOf(change)) ?? [];
  return kind === 'index' ? `index of ${group}` : `${group}.${field}`;
}

const functionLabel = (change: Change): string =>
  kindOf(change) === 'image' ? `image ${short(change).replace(/:(.{12}).*/, ':$1')}` : short(change);

export function describePlan(changes: readonly Change[]): string[] {
  const lines: string[] = [];
  for (const group of GROUPS) {
    const own = changes.filter((change) => group.kinds.includes(kindOf(change)));
    if (own.length > 0) lines.push('', ...describeGroup(group, own));
  }
  return [...lines, '', ...describeRights(changes)];
}

function describeGroup({ title, label }: Group, changes: readonly Change[]): string[] {
  const kept = changes.filter(({ action }) => action === 'keep');
  const told = changes.filter(({ action }) => action !== 'keep');
  const head =
    kept.length === 0
      ? title
      : `${title}: ${told.length === 0 ? '' : `${counted(told.length, 'change')}, `}${kept.length} as they should be`;
  const families = family(told, label);
  const width = Math.min(MAX_NAME_WIDTH, Math.max(0, ...families.map(({ name }) => name.length)));
  return [head, ...families.flatMap((one) => describeFamily(one, width))];
}

interface Family {
  readonly mark: string;
  readonly name: string;
  readonly text: string;
  readonly fields: readonly FieldChange[];
}

/** Fields and APIs that are new for the same reason are one line: there are many, and each says the same. */
function family(changes: readonly Change[], label: Group['label']): Family[] {
  const alike = new Map<string, Change[]>();
  for (const change of changes) {
    const folds = change.action === 'create' && ['field', 'api'].includes(change.resource.kind);
    const key = folds
      ? `${change.resource.kind} ${change.resource.kind === 'api' ? '' : change.resource.why}`
      : nameOf(change) + kindOf(change);
    alike.set(key, [...(alike.get(key) ?? []), change]);
  }
  return [...alike.values()].map(([first, ...others]) => {
    if (first === undefined) throw new Error('a family has a first member');
    const mark = MARKS[first.action];
    const fields = first.action === 'update' ? first.fields : [];
    if (others.length === 0) return { mark, name: label(first), text: textOf(first), fields };
    const all = [first, ...others];
    const names = all.map(label);
    return kindOf(first) === 'api'
      ? { mark, name: counted(all.length, 'API'), text: names.join(', '), fields }
      : { mark, name: counted(all.length, 'field'), text: `${textOf(first)}\n${byCollection(names)}`, fields };
  });
}

/** `days: artifact, vector; shards: data` */
function byCollection(names: readonly string[]): string {
  const fields = new Map<string, string[]>();
  for (const name of names) {
    const [collection = '', field = ''] = name.split('.');
    fields.set(collection, [...(fields.get(collection) ?? []), field]);
  }
  return [...fields].map(([collection, all]) => `${collection}: ${all.join(', ')}`).join('; ');
}

function textOf(change: Change): string {
  if (change.action === 'remove') return 'bears our label, and is wanted no more';
  const settings = change.resource.kind === 'service' ? serviceSettings(change.resource.body) : '';
  return `${change.resource.why}${settings}`;
}

interface ServiceBody {
  readonly scaling: { readonly maxInstanceCount: number };
  readonly template: {
    readonly timeout: string;
    readonly maxInstanceRequestConcurrency: number;
    readonly containers: readonly [
      { readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } } },
    ];
  };
}

function serviceSettings(body: Body): string {
  const { scaling, template } = body as unknown as ServiceBody;
  const { cpu, memory } = template.containers[0].resources.limits;
  const requests = counted(template.maxInstanceRequestConcurrency, 'request');
  const seconds = template.timeout.replace('s', ' s');
  const instances = `0 to ${counted(scaling.maxInstanceCount, 'instance')}`;
  return `\n${Number(memory.replace('Mi', '')) / 1_024} GiB, ${cpu} vCPU; ${requests} at once, ${seconds} each; ${instances}`;
}

function describeFamily({ mark, name, text, fields }: Family, width: number): string[] {
  const indent = width + 6;
  const [first = '', ...rest] = text.split('\n').flatMap((line) => wrapped(line, WIDTH - indent));
  return [
    `  ${mark} ${name.padEnd(width)}  ${first}`.trimEnd(),
    ...rest.map((line) => `${' '.repeat(indent)}${line}`),
    ...fields.map(({ path, was, will }) => `      ${path}: ${shown(was)} -> ${shown(will)}`),
  ];
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : typeof value === 'string' ? value : JSON.stringify(value);
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= VALUE_WIDTH ? line : `${line.slice(0, VALUE_WIDTH - 1)}…`;
}

/** One role of one account on one resource. */
export interface Grant {
  readonly member: string;
  readonly role: string;
  readonly on: string;
  readonly isNew: boolean;
}

export const grantsOf = (changes: readonly Change[]): Grant[] =>
  changes.flatMap((change) => {
    if (!('resource' in change) || change.resource.kind !== 'policy') return [];
    const missing = change.action === 'update' ? JSON.stringify(change.fields.map(({ will }) => will)) : '';
    return (change.resource.body['bindings'] as readonly Binding[]).flatMap(({ role, members, condition }) =>
      members.map((who) => ({
        member: who.replace(/^serviceAccount:/, ''),
        role: role.replace(/^roles\//, ''),
        on:
          condition === undefined ? targetOf(change.resource.name) : targetOf(condition.expression.replaceAll('"', '')),
        isNew: change.action === 'create' || missing.includes(`${role} ${who}`),
      })),
    );
  });

/** `topic daymill-computation-tasks`, `the project`. */
function targetOf(name: string): string {
  const [, collection, id] = /([^/]+)\/([^/]+)$/.exec(name) ?? [];
  if (collection === undefined || id === undefined) return `bucket ${name}`;
  if (collection === 'projects') return 'the project';
  if (collection === 'serviceAccounts') return id.replace(/@.*/, '');
  return `${{ repositories: 'repository', databases: 'database' }[collection] ?? collection.replace(/s$/, '')} ${id}`;
}

function describeRights(changes: readonly Change[]): string[] {
  const grants = grantsOf(changes);
  const members = [...new Set(grants.map(({ member }) => member))];
  const added = grants.filter(({ isNew }) => isNew).length;
  const head =
    added === 0 ? `Who may do what: ${counted(grants.length, 'right')}, as they should be` : 'Who may do what';
  if (added === 0) return [head];
  const width = Math.max(...members.map((member) => accountOf(member).length));
  return [head, ...members.flatMap((member) => describeMember(member, grants, width))];
}

/** Ours by their ids; Google's own by their service. */
const accountOf = (member: string): string =>
  /@gcp-sa-(\w+)/.test(member) ? `Google's ${/@gcp-sa-(\w+)/.exec(member)?.[1]} agent` : member.replace(/@.*/, '');

function describeMember(member: string, grants: readonly Grant[], width: number): string[] {
  const own = grants.filter((grant) => grant.member === member && grant.isNew);
  const roles = [...new Set(own.map(({ role }) => role))].map(
    (role) => `${role} on ${together(own.filter((grant) => grant.role === role).map(({ on }) => on))}`,
  );
  return roles.flatMap((text, index) =>
    wrapped(text, WIDTH - width - 6).map((line, at) => {
      const name = index === 0 && at === 0 ? `  + ${accountOf(member).padEnd(width)}` : ' '.repeat(width + 4);
      return `${name}  ${at === 0 ? line : `  ${line}`}`.trimEnd();
    }),
  );
}

/** `service a`, or `services a, b`: they are of one sort where one role is given. */
function together(targets: readonly string[]): string {
  const [, sort, first] = /^(\S+) (\S+)$/.exec(targets[0] ?? '') ?? [];
  if (targets.length < 2 || sort === undefined || first === undefined) return targets.join(', ');
  return `${sort}s ${targets.map((target) => target.replace(`${sort} `, '')).join(', ')}`;
}

export function describeBill({ floor, ceiling, cpus }: Bill, prices: string): string[] {
  return [
    `A month, at the list prices of ${prices}, free quotas left out`,
    `  At least ${money(totalOf(floor))}, with no work at all:`,
    ...billLines(floor),
    `  At most ${money(totalOf(ceiling))} for instances, if all of them are at work day and night:`,
    ...billLines(ceiling),
    `  They are ${cpus} vCPU together, which the region's quota must have room for. Documents, messages and`,
    '  steps come on top, by what runs: `daymill plan` says what a night costs.',
  ];
}

function billLines(lines: readonly BillLine[]): string[] {
  const width = Math.max(...lines.map(({ what }) => what.length));
  return lines.map(({ what, dollars, how }) => `    ${what.padEnd(width)}  ${money(dollars).padStart(9)}  ${how}`);
}

const money = (dollars: number): string => `$${dollars.toFixed(2).replaceAll(/\B(?=(\d{3})+(?=\.))/g, ',')}`;
