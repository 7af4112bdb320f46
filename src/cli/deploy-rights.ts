/** Who may do what in a deployment, account by account. */
import type { Change } from '../deploy/change.ts';
import type { Binding } from '../deploy/resource.ts';
import { counted } from './counted.ts';
import { targetOf } from './deploy-labels.ts';
import { wrapped } from './wrapped.ts';

const WIDTH = 100;

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

export function describeRights(changes: readonly Change[]): string[] {
  const grants = grantsOf(changes);
  const added = grants.filter(({ isNew }) => isNew);
  const taken = takenOf(changes);
  if (added.length + taken.length === 0)
    return [`Who may do what: ${counted(grants.length, 'right')}, as they should be`];
  const members = [...new Set(added.map(({ member }) => member))];
  const width = Math.max(0, ...members.map((member) => accountOf(member).length));
  return ['Who may do what', ...members.flatMap((member) => describeMember(member, grants, width)), ...taken];
}

/** What nobody should have, and somebody was given. */
const takenOf = (changes: readonly Change[]): string[] =>
  changes.flatMap((change) =>
    change.action === 'update' && change.resource.kind === 'policy'
      ? change.fields
          .filter(({ will }) => will === undefined)
          .map(
            ({ path, was }) =>
              `  - ${String(was)}  ${path.replace(/^roles\//, '')} on ${targetOf(change.resource.name)}`,
          )
      : [],
  );

/** Ours by their ids; Google's own by their service; people and groups as they are. */
function accountOf(member: string): string {
  const agent = /@gcp-sa-(\w+)/.exec(member)?.[1];
  if (agent !== undefined) return `Google's ${agent} agent`;
  return member.includes(':') ? member : member.replace(/@.*/, '');
}

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
