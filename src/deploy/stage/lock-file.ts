/** A package-lock.json of runtime dependencies alone: what the image holds, and no more. Pure. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';

const Names = z.record(z.string(), z.string()).optional();

const LockedPackage = z.looseObject({
  version: z.string().optional(),
  resolved: z.string().optional(),
  link: z.boolean().optional(),
  dependencies: Names,
  optionalDependencies: Names,
  peerDependencies: Names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});
type LockedPackage = z.output<typeof LockedPackage>;

/** https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json */
export const LockFile = z.looseObject({
  lockfileVersion: z.literal([2, 3], { error: 'is of an npm before 7; run npm install with a newer one' }),
  packages: z.record(z.string(), LockedPackage),
});
export type LockFile = z.output<typeof LockFile>;

/** What the root asks for, as its package.json will say it. */
export interface Root {
  readonly name: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

/** @throws {UserError} BAD_ARGUMENT naming what package.json asks for and the lock lacks. */
export function runtimeLock({ packages }: LockFile, root: Root): object {
  const reached = new Map<string, LockedPackage>();
  const visit = (from: string, entry: LockedPackage): void => {
    for (const { name, needed } of requestsOf(entry)) {
      const place = placeOf(packages, from, name);
      if (place === undefined) {
        if (needed) throw notLocked(name, from);
        continue;
      }
      const found = packages[place];
      if (found === undefined || reached.has(place)) continue;
      reached.set(place, found);
      visit(place, found);
    }
  };
  visit('', { ...root });
  const kept = [...reached].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    name: root.name,
    lockfileVersion: 3,
    requires: true,
    packages: { '': root, ...Object.fromEntries(kept.map(([place, entry]) => [place, withoutDev(entry)])) },
  };
}

/** What is asked for; an optional peer is only there when somebody else asks for it. */
function requestsOf(entry: LockedPackage): { readonly name: string; readonly needed: boolean }[] {
  const names = (of: Readonly<Record<string, string>> | undefined, needed: boolean) =>
    Object.keys(of ?? {}).map((name) => ({ name, needed }));
  const optional = new Set(Object.keys(entry.optionalDependencies ?? {}));
  return [
    ...names(entry.dependencies, true).filter(({ name }) => !optional.has(name)),
    ...names(entry.optionalDependencies, false),
    ...names(entry.peerDependencies, false).filter(({ name }) => entry.peerDependenciesMeta?.[name]?.optional !== true),
  ];
}

/** As Node looks: in its own node_modules, then in those around it. */
export function placeOf(packages: LockFile['packages'], from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(packages, place)) return place;
    if (folder === '') return undefined;
  }
}

/** In the image it is there for itself. */
const withoutDev = (entry: LockedPackage): object =>
  Object.fromEntries(Object.entries(entry).filter(([member]) => member !== 'dev' && member !== 'devOptional'));

const notLocked = (name: string, from: string): UserError =>
  new UserError(
    'BAD_ARGUMENT',
    `package-lock.json has no ${name}, which ${from === '' ? 'package.json' : from} asks for. Run npm install, and deploy again.`,
  );
