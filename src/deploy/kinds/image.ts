/** The image: built once from what was staged, and never again while its tag is there. https://cloud.google.com/run/docs/reference/rest/v2/projects.locations.builds */
import { onceAllowed } from '../google/once-allowed.ts';
import type { Resource } from '../resource.ts';
import type { Kind, Site } from './kind.ts';

const RUN = 'https://run.googleapis.com/v2';
const BUILD = 'https://cloudbuild.googleapis.com/v1';
const REGISTRY = 'https://artifactregistry.googleapis.com/v1';
const STORAGE = 'https://storage.googleapis.com';

interface Source {
  readonly bucket: string;
  readonly object: string;
}

/** `R-docker.pkg.dev/P/REPOSITORY/IMAGE:TAG` */
function tagOf(name: string): string {
  const [, region, project, repository, image, tag] =
    /^(.+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/([^:]+):(.+)$/.exec(name) ?? [];
  return `projects/${project}/locations/${region}/repositories/${repository}/packages/${image}/tags/${tag}`;
}

export const image: Kind = {
  // What it was built from is in its tag.
  async read({ name, body }, { api }) {
    return (await api.get(`${REGISTRY}/${tagOf(name)}`)) === undefined ? undefined : body;
  },
  async create(resource, site) {
    await upload(resource, site);
    await onceAllowed(site.api, () => build(resource, site));
  },
  update: () => Promise.resolve(),
};

async function build({ body }: Resource, { api, projectId, region }: Site): Promise<void> {
  const answer = await api.send('POST', `${RUN}/projects/${projectId}/locations/${region}/builds:submit`, body);
  await api.finish(BUILD, answer['buildOperation'] as Record<string, unknown>);
}

async function upload({ body }: Resource, { api, archive }: Site): Promise<void> {
  const { bucket, object } = body['storageSource'] as Source;
  if ((await api.get(`${STORAGE}/storage/v1/b/${bucket}/o/${object}`)) !== undefined) return;
  await api.upload(`${STORAGE}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${object}`, archive);
}
