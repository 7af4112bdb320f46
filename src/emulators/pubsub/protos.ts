/** The Publisher, Subscriber and Schema services, from the descriptors that the official client ships. */
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { loadDescriptors } from '../descriptors.ts';

const DESCRIPTORS = import.meta.resolve('@google-cloud/pubsub/build/protos/protos.json');
export function loadServices(): Record<'publisher' | 'subscriber' | 'schemas', ServiceDefinition> {
  const definition = loadDescriptors(fileURLToPath(DESCRIPTORS), ['pubsub'], {
    longs: String,
    enums: String,
    bytes: Buffer,
    defaults: true,
  });
  return {
    publisher: definition['google.pubsub.v1.Publisher'] as ServiceDefinition,
    subscriber: definition['google.pubsub.v1.Subscriber'] as ServiceDefinition,
    schemas: definition['google.pubsub.v1.SchemaService'] as ServiceDefinition,
  };
}
