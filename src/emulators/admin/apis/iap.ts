/** Who is let in by the proxy before a service of Cloud Run: https://cloud.google.com/iap/docs/reference/rest/v1/v1 */
import { ApiError } from '../../rest-server.ts';
import { textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { fullName } from '../core/resources.ts';

const HOST = 'iap.googleapis.com';
const IAP = 'google.cloud.iap.v1.IdentityAwareProxyAdminService';

const WEB_SERVICE = /^\/\/iap\.googleapis\.com\/(projects\/[^/]+)\/iap_web\/cloud_run-([^/]+)\/services\/([^/]+)$/;

const policies = policyMethods(
  (request) => ({ prefix: 'iap.webServices', of: fullName(HOST, textAt(request, 'resource')) }),
  (world, of) => {
    const [, project, region, service] = WEB_SERVICE.exec(of) ?? [];
    const run = fullName('run.googleapis.com', `${project}/locations/${region}/services/${service}`);
    if (world.resources.get(run)?.['iapEnabled'] !== true)
      throw new ApiError('NOT_FOUND', `Requested entity was not found: ${of.replace(`//${HOST}/`, '')}.`);
  },
);

export const iap: AdminApi = {
  service: HOST,
  methods: {
    [`${IAP}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${IAP}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${IAP}.TestIamPermissions`]: policies.TestIamPermissions,
  },
};
