/** The three methods by which policies of a resource are read, written and asked: https://cloud.google.com/iam/docs/reference/rest/Shared.Types/Policy */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from './json.ts';
import type { AdminMethod, Need } from './method.ts';
import { assertGrantable, type Binding, bindingsOf, grant, type Grants, grantsOf, may } from './policies.ts';
import { isPermission } from './roles.ts';
import type { World } from './world.ts';

/** The version that knows conditions. */
const WITH_CONDITIONS = 3;

export interface PolicyOf {
  /** What permissions begin with: `run.services`. */
  readonly prefix: string;
  /** The full name of what the policy is of. */
  readonly of: string;
}

/** `whose` reads a request. @param exists throws NOT_FOUND where there is nothing to have a policy */
export function policyMethods(
  whose: (request: Json, world: World) => PolicyOf,
  exists: (world: World, of: string) => void,
): Readonly<Record<'GetIamPolicy' | 'SetIamPolicy' | 'TestIamPermissions', AdminMethod>> {
  const need =
    (verb: string) =>
    (request: Json, world: World): Need[] => {
      const { prefix, of } = whose(request, world);
      return [{ permission: `${prefix}.${verb}`, on: of }];
    };
  return {
    GetIamPolicy: {
      needs: need('getIamPolicy'),
      answer: ({ world, request }) => {
        const { of } = whose(request, world);
        exists(world, of);
        return asPolicy(grantsOf(world, of), Number(valueAt(request, 'options.requestedPolicyVersion') ?? 1));
      },
    },
    SetIamPolicy: {
      needs: need('setIamPolicy'),
      answer: ({ world, request }) => {
        const { of } = whose(request, world);
        exists(world, of);
        return asPolicy(setPolicy(world, of, (request['policy'] ?? {}) as Json), WITH_CONDITIONS);
      },
    },
    TestIamPermissions: {
      needs: () => [],
      answer: ({ world, request, caller }) => {
        const { of } = whose(request, world);
        const asked = (request['permissions'] ?? []) as readonly string[];
        const unknown = asked.find((permission) => !isPermission(permission));
        if (unknown !== undefined)
          throw new ApiError('INVALID_ARGUMENT', `Permission ${unknown} is not valid for this resource.`);
        return { permissions: asked.filter((permission) => may(world, caller, permission, of)) };
      },
    },
  };
}

/** @throws {ApiError} ABORTED when it was written since it was read, INVALID_ARGUMENT for what cannot be granted. */
export function setPolicy(world: World, of: string, policy: Json): Grants {
  const etag = textAt(policy, 'etag');
  if (etag !== '' && etag !== grantsOf(world, of).etag)
    throw new ApiError(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    );
  const bindings = ((policy['bindings'] ?? []) as readonly Binding[]).filter(({ members = [] }) => members.length > 0);
  const isConditional = bindings.some(({ condition }) => condition !== undefined);
  if (isConditional && policy['version'] !== WITH_CONDITIONS)
    throw new ApiError('INVALID_ARGUMENT', `Policies with conditions have the version ${WITH_CONDITIONS}.`);
  const invited = new Set(bindingsOf(grantsOf(world, of)).flatMap(({ members = [] }) => members));
  // Who was there before may be gone by now, and is kept.
  assertGrantable(
    world,
    bindings.map(({ members = [], ...rest }) => ({ ...rest, members: members.filter((who) => !invited.has(who)) })),
  );
  return grant(world, of, bindings);
}

/** Callers that know no conditions see roles of another name in their place. */
export function asPolicy(grants: Grants, version: number): Json {
  const bindings = bindingsOf(grants);
  const isConditional = bindings.some(({ condition }) => condition !== undefined);
  return {
    version: isConditional && version >= WITH_CONDITIONS ? WITH_CONDITIONS : 1,
    etag: grants.etag,
    bindings: version >= WITH_CONDITIONS ? [...bindings] : bindings.map(withoutCondition),
  };
}

function withoutCondition(binding: Binding): Binding {
  const { role, members = [], condition } = binding;
  if (condition === undefined) return binding;
  const key = Buffer.from(condition.expression ?? '').toString('hex');
  return { role: `${role}_withcond_${key.slice(0, 20)}`, members };
}
