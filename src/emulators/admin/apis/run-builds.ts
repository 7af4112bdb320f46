/** Builds of images from source: submitted to Cloud Run, carried out by Cloud Build as the account that is named. https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.builds */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from '../core/json.ts';
import type { Call, Need } from '../core/method.ts';
import { begin } from '../core/operations.ts';
import { accountName, assertMay, isKnown } from '../core/policies.ts';
import { needsOfProject } from '../core/resources.ts';
import { projectOf, type World } from '../core/world.ts';
import { putTag, repositoryOf, tagOf } from './artifact-registry.ts';
import { objectName } from './storage.ts';

const BUILDING_MS = 90_000;

const emailOf = (request: Json): string => textAt(request, 'serviceAccount').replace(/^.*\//, '');

export const submitNeeds = (request: Json, world: World): Need[] => [
  ...needsOfProject('run.builds.create')(request, world),
  { permission: 'iam.serviceAccounts.actAs', on: accountName(world, emailOf(request)) },
];

export function submitBuild({ world, request }: Call): Json {
  if (!world.enabledMs.has('cloudbuild.googleapis.com'))
    throw new ApiError(
      'FAILED_PRECONDITION',
      'Cloud Build API has not been used in this project before or it is disabled.',
    );
  tagOf(textAt(request, 'imageUri'));
  const parent = textAt(request, 'parent');
  const id = world.id();
  const logUrl = `https://console.cloud.google.com/cloud-build/builds;region=${parent.split('/')[3]}/${id}?project=${world.projectNumber}`;
  const buildOperation = begin(world, {
    host: 'cloudbuild.googleapis.com',
    under: `${parent}/operations`,
    ms: BUILDING_MS,
    type: 'google.devtools.cloudbuild.v1.Build',
    metadata: {
      '@type': 'type.googleapis.com/google.devtools.cloudbuild.v1.BuildOperationMetadata',
      build: { id, logUrl },
    },
    end: () => build(world, request, id),
  });
  return { buildOperation };
}

/** All that its account needs it needs now, and not when it was asked for. @throws {ApiError} what it fails of */
function build(world: World, request: Json, id: string): Json {
  const email = emailOf(request);
  if (!isKnown(world, email)) throw new ApiError('NOT_FOUND', `Service account ${email} does not exist.`);
  const member = `serviceAccount:${email}`;
  const source = (request['storageSource'] ?? {}) as Json;
  const object = objectName(textAt(source, 'bucket'), textAt(source, 'object'));
  assertMay(world, member, 'storage.objects.get', object);
  if (!world.resources.has(object))
    throw new ApiError(
      'NOT_FOUND',
      `The source gs://${textAt(source, 'bucket')}/${textAt(source, 'object')} is not there.`,
    );
  assertMay(world, member, 'logging.logEntries.create', projectOf(world));
  const image = textAt(request, 'imageUri');
  assertMay(world, member, 'artifactregistry.repositories.uploadArtifacts', repositoryOf(image));
  putTag(world, image);
  return { id, status: 'SUCCESS', images: [image] };
}
