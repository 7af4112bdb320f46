import { expect, test } from 'vitest';
import { openApi } from '../../../src/deploy/google/api.ts';
import { policy } from '../../../src/deploy/kinds/policy.ts';

const RUN = 'projects/acme/locations/europe-west1';

/** What is asked for, of the policy of `name`. */
async function asked(name: string): Promise<string> {
  let call = '';
  const api = openApi({
    request: (method, url, body) => {
      const json = body !== undefined && 'json' in body ? ` ${JSON.stringify(body.json)}` : '';
      call = `${method} ${url}${json}`;
      return Promise.resolve({ status: 200, data: {} });
    },
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    onWait: () => {},
    patient: false,
  });
  const site = { api, projectId: 'acme', region: 'europe-west1', projectNumber: '1', archive: new Uint8Array() };
  await policy.read({ kind: 'policy', name, wave: 'rights', why: '', body: {} }, site);
  return call;
}

// Each API has its own door: https://cloud.google.com/iam/docs/resource-types-with-policies
test.each([
  [
    'projects/acme',
    'POST https://cloudresourcemanager.googleapis.com/v3/projects/acme:getIamPolicy {"options":{"requestedPolicyVersion":3}}',
  ],
  [
    'projects/acme/serviceAccounts/a@x',
    'POST https://iam.googleapis.com/v1/projects/acme/serviceAccounts/a@x:getIamPolicy?options.requestedPolicyVersion=3',
  ],
  [
    'projects/acme/topics/t',
    'GET https://pubsub.googleapis.com/v1/projects/acme/topics/t:getIamPolicy?options.requestedPolicyVersion=3',
  ],
  [
    'projects/acme/subscriptions/s',
    'GET https://pubsub.googleapis.com/v1/projects/acme/subscriptions/s:getIamPolicy?options.requestedPolicyVersion=3',
  ],
  [
    `${RUN}/repositories/r`,
    `GET https://artifactregistry.googleapis.com/v1/${RUN}/repositories/r:getIamPolicy?options.requestedPolicyVersion=3`,
  ],
  [
    `${RUN}/services/s`,
    `GET https://run.googleapis.com/v2/${RUN}/services/s:getIamPolicy?options.requestedPolicyVersion=3`,
  ],
  ['bucket', 'GET https://storage.googleapis.com/storage/v1/b/bucket/iam?optionsRequestedPolicyVersion=3'],
])('the policy of %s is asked for where it is', async (name, call) => {
  expect(await asked(name)).toBe(call);
});
