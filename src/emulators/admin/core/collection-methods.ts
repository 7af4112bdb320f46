/** The five standard methods of a collection whose resources take their names from the server, or from who makes them: https://google.aip.dev/130 */
import { type Json, textAt } from './json.ts';
import type { AdminMethod, Call, Need } from './method.ts';
import { protos } from './protos.ts';
import { assertNew, find, listIn, needs, pageOf, put, remove } from './resources.ts';
import { changed, pathsOf } from './updates.ts';
import type { World } from './world.ts';

export interface Collection {
  readonly host: string;
  /** The last part of the collection's name: `alertPolicies`. */
  readonly collection: string;
  /** Of one of them, in requests: `alertPolicy`. */
  readonly member: string;
  /** Its message: `google.monitoring.v3.AlertPolicy`. */
  readonly type: string;
  /** What permissions begin with: `monitoring.alertPolicies`. */
  readonly prefix: string;
  /** Where requests name what it lies in. */
  readonly parent: 'parent' | 'name';
  /** What making one, or listing, is asked of: the project, if there is no other. */
  readonly of: (request: Json, world: World) => string;
  readonly idOf: (request: Json, world: World) => string;
  /** Of a new resource, and of a changed one. @throws {ApiError} for what the API refuses */
  readonly finish: (resource: Json, world: World) => Json;
}

export function collectionMethods(
  one: Collection,
): Readonly<Record<'create' | 'get' | 'list' | 'update' | 'delete', AdminMethod>> {
  const { host, collection, member, prefix, parent } = one;
  const ofParent =
    (verb: string) =>
    (request: Json, world: World): Need[] => [{ permission: `${prefix}.${verb}`, on: one.of(request, world) }];
  const create = ({ world, request }: Call): Json => {
    const name = `${textAt(request, parent)}/${collection}/${one.idOf(request, world)}`;
    assertNew(world, host, name);
    return put(world, host, name, one.finish({ ...(request[member] as Json | undefined), name }, world));
  };
  const update = ({ world, request }: Call): Json => {
    const given = request[member] as Json;
    const live = find(world, host, textAt(given, 'name'));
    const paths = pathsOf(protos().lookupType(one.type), request['updateMask'], given);
    return put(world, host, textAt(live, 'name'), one.finish(changed(live, given, paths), world));
  };
  return {
    create: { needs: ofParent('create'), answer: create },
    get: {
      needs: needs(host, `${prefix}.get`),
      answer: ({ world, request }) => find(world, host, textAt(request, 'name')),
    },
    list: {
      needs: ofParent('list'),
      answer: ({ world, request }) =>
        pageOf(listIn(world, host, `${textAt(request, parent)}/${collection}`), request, collection),
    },
    update: { needs: needs(host, `${prefix}.update`, `${member}.name`), answer: update },
    delete: {
      needs: needs(host, `${prefix}.delete`),
      answer: ({ world, request }) => {
        remove(world, host, textAt(request, 'name'));
        return {};
      },
    },
  };
}
