/** Operations of builds, which Cloud Run submits: https://cloud.google.com/build/docs/api/reference/rest/v1/projects.locations.operations */
import { textAt } from '../core/json.ts';
import type { AdminApi } from '../core/method.ts';
import { operationAt } from '../core/operations.ts';
import { needsOfProject } from '../core/resources.ts';

const HOST = 'cloudbuild.googleapis.com';

export const cloudBuild: AdminApi = {
  service: HOST,
  methods: {
    'mixins.CloudBuildOperations.GetOperation': {
      needs: needsOfProject('cloudbuild.builds.get'),
      answer: ({ world, request }) => operationAt(world, HOST, textAt(request, 'name')),
    },
  },
};
