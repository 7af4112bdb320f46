/** The Publisher, Subscriber and Schema services, from the descriptors that the official client ships. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

const DESCRIPTORS = import.meta.resolve('@google-cloud/pubsub/build/protos/protos.json');
/** Of `google.protobuf` only what Pub/Sub's messages use: the rest (descriptor.proto) would double the start time. */
const WELL_KNOWN = ['Duration', 'Empty', 'FieldMask', 'Struct', 'Value', 'NullValue', 'ListValue', 'Timestamp'];

interface Namespace {
  nested: Record<string, Namespace>;
}

export function loadServices(): Record<'publisher' | 'subscriber' | 'schemas', ServiceDefinition> {
  const { google } = (JSON.parse(readFileSync(fileURLToPath(DESCRIPTORS), 'utf8')) as Namespace).nested;
  const { pubsub, protobuf } = (google as Namespace).nested;
  const wellKnown = Object.fromEntries(WELL_KNOWN.map((name) => [name, protobuf?.nested[name]]));
  const definition = fromJSON(
    { nested: { google: { nested: { pubsub, protobuf: { nested: wellKnown } } } } } as Parameters<typeof fromJSON>[0],
    { longs: String, enums: String, bytes: Buffer, defaults: true },
  );
  return {
    publisher: definition['google.pubsub.v1.Publisher'] as ServiceDefinition,
    subscriber: definition['google.pubsub.v1.Subscriber'] as ServiceDefinition,
    schemas: definition['google.pubsub.v1.SchemaService'] as ServiceDefinition,
  };
}
