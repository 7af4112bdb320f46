/** The project and its policy: https://cloud.google.com/resource-manager/reference/rest/v3/projects */
import { ApiError } from '../../rest-server.ts';
import { textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { policyMethods } from '../core/policy-methods.ts';
import { needsOfProject } from '../core/resources.ts';
import { projectOf, type World } from '../core/world.ts';

const HOST = 'cloudresourcemanager.googleapis.com';
const PROJECTS = 'google.cloud.resourcemanager.v3.Projects';

const policies = policyMethods(
  (request) => ({ prefix: 'resourcemanager.projects', of: `//${HOST}/${textAt(request, 'resource')}` }),
  assertProject,
);

/** Who may see nothing of a project is not told whether there is one. */
function assertProject(world: World, of: string): void {
  if (of !== projectOf(world))
    throw new ApiError('PERMISSION_DENIED', `The caller does not have permission on ${of}, or it may not exist.`);
}

export const resourceManager: AdminApi = {
  service: HOST,
  methods: {
    [`${PROJECTS}.GetProject`]: {
      needs: needsOfProject('resourcemanager.projects.get'),
      answer: ({ world, request }) => {
        assertProject(world, `//${HOST}/${textAt(request, 'name')}`);
        const { projectId, projectNumber } = world;
        return { name: `projects/${projectNumber}`, projectId, displayName: projectId, state: 'ACTIVE' };
      },
    },
    [`${PROJECTS}.GetIamPolicy`]: policies.GetIamPolicy,
    [`${PROJECTS}.SetIamPolicy`]: policies.SetIamPolicy,
    [`${PROJECTS}.TestIamPermissions`]: policies.TestIamPermissions,
  },
};
