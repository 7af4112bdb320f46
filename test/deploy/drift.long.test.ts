/** Whatever is set, and was changed by hand: it is named, mended by one call, and is then as it should be. */
import { expect, test } from 'vitest';
import type { Change } from '../../src/deploy/change.ts';
import { desired } from '../../src/deploy/desired/desired.ts';
import type { Resource } from '../../src/deploy/resource.ts';
import { isJson, type Json, setAt, valueAt } from '../../src/emulators/admin/core/json.ts';
import { changesOf, deploy, due, look } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import { type GoogleAdmin, googleAdmin } from '../support/google-admin.ts';

const HOSTS: Readonly<Partial<Record<Resource['kind'], string>>> = {
  account: 'iam',
  bucket: 'storage',
  repository: 'artifactregistry',
  database: 'firestore',
  topic: 'pubsub',
  service: 'run',
  subscription: 'pubsub',
  workflow: 'workflows',
  job: 'cloudscheduler',
};

/** What Google never changes, so that nobody can. */
const FIXED = new Set(['subscription topic', 'database type']);

const live = ({ world }: GoogleAdmin, { kind, name }: Resource): Json => {
  const path = kind === 'bucket' ? `projects/_/buckets/${name}` : name;
  return world.resources.get(`//${HOSTS[kind]}.googleapis.com/${path}`) ?? {};
};

/** Paths of values that are no objects. */
const leaves = (value: unknown, path: string): string[] =>
  isJson(value) && Object.keys(value).length > 0
    ? Object.entries(value).flatMap(([key, one]) => leaves(one, path === '' ? key : `${path}.${key}`))
    : [path];

/** Something else, that its field could be as well. */
function other(value: unknown): unknown {
  if (typeof value === 'string') {
    if (/^\d+s$/.test(value)) return `${Number.parseInt(value, 10) + 1}s`;
    // One of an enum's values: it goes back to what it is when nobody says.
    return /^[A-Z_]+$/.test(value) ? undefined : `${value}-changed`;
  }
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return Array.isArray(value) ? undefined : { ttl: '86400s' };
}

const cases = desired(planFor()).flatMap((resource) =>
  HOSTS[resource.kind] === undefined || resource.body['source'] !== undefined
    ? []
    : leaves(resource.body, '')
        .filter((path) => !FIXED.has(`${resource.kind} ${path}`))
        .map((path) => ({ resource, path })),
);

test('every field of everything', async () => {
  const google = googleAdmin();
  await deploy(google);
  expect(cases.length).toBeGreaterThan(100);
  for (const { resource, path } of cases) {
    const target = live(google, resource);
    const wanted = valueAt(resource.body, path);
    // With another label it would be another deployment's.
    setAt(target, path, path.startsWith('labels.') ? undefined : path.endsWith('.body') ? 'W10=' : other(wanted));
    const changes: Change[] = due(await look(google));
    const what = `${resource.kind} ${resource.name} ${path}`;
    expect({ what, changes }).toMatchObject({
      what,
      changes: [{ action: 'update', resource: { name: resource.name } }],
    });
    const called = await changesOf(google, () => deploy(google));
    const mending = called.filter((call) => !/:run$|:publish$/.test(call));
    expect({ what, mending }).toEqual({ what, mending: [expect.stringMatching(/^PATCH /)] });
    expect({ what, due: due(await look(google)) }).toEqual({ what, due: [] });
  }
});
