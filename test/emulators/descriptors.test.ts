/** What is left out of the descriptors changes no message of any service. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import { expect, test } from 'vitest';
import { loadDescriptors } from '../../src/emulators/descriptors.ts';

const { resolve } = createRequire(import.meta.url);
const FIRESTORE = join(dirname(resolve('@google-cloud/firestore/package.json')), 'build/protos/v1.json');
const PUBSUB = resolve('@google-cloud/pubsub/build/protos/protos.json');
const OPTIONS = { longs: String, enums: String, oneofs: true };

const CASES = [
  { file: FIRESTORE, packages: ['firestore', 'rpc', 'type'], prefix: 'google.firestore.v1.', services: 1 },
  { file: PUBSUB, packages: ['pubsub'], prefix: 'google.pubsub.v1.', services: 3 },
];

test.each(CASES)('$prefix is as in the whole file', ({ file, packages, prefix, services }) => {
  const whole = fromJSON(JSON.parse(readFileSync(file, 'utf8')) as object, OPTIONS);
  const part = loadDescriptors(file, packages, OPTIONS);
  expect(describe(part, prefix)).toEqual(describe(whole, prefix));
  expect(Object.values(part).filter(isService)).toHaveLength(services);
  expect(Object.keys(part).length).toBeLessThan(Object.keys(whole).length);
});

test('a package that a message needs is not forgotten silently', () => {
  expect(() => loadDescriptors(FIRESTORE, ['firestore', 'rpc'], OPTIONS)).toThrow('LatLng');
});

/** Messages by their descriptors, services by their methods. */
const describe = (definition: PackageDefinition, prefix: string): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(definition)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, entry]) => [
        name,
        isService(entry)
          ? methods(entry as unknown as ServiceDefinition)
          : (entry as MessageTypeDefinition<object, object>).type,
      ]),
  );

const isService = (entry: PackageDefinition[string]): boolean => !('format' in entry);

const methods = (service: ServiceDefinition): unknown[] =>
  Object.values(service).map(({ path, requestStream, responseStream }) => [path, requestStream, responseStream]);
