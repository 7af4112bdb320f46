/** A registry of plain values, as preflight sees one: what it is told, it keeps until the process ends. */
import { type RegisteredVersion, type Registration, withVersion } from '../../src/mill/model/registration.ts';
import type { Registry } from '../../src/mill/ports/code.ts';

export function memoryRegistry(): Registry {
  const index = new Map<string, readonly RegisteredVersion[]>();
  const versions = new Map<string, readonly Registration[]>();
  return {
    index: () => Promise.resolve(index),
    versions: (computations) =>
      Promise.resolve(
        new Map(computations.flatMap((name) => (versions.has(name) ? [[name, versions.get(name) ?? []]] : []))),
      ),
    register(added) {
      for (const { computation, registration, version } of added) {
        versions.set(computation, [...(versions.get(computation) ?? []), registration]);
        index.set(computation, withVersion(index.get(computation) ?? [], version));
      }
      return Promise.resolve();
    },
  };
}
