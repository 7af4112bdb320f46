/** Whether somebody pays for the project: https://cloud.google.com/billing/docs/reference/rest/v1/projects */
import type { AdminApi } from '../core/method.ts';
import { needsOfProject } from '../core/resources.ts';

/** The one billing account there is. */
export const BILLING_ACCOUNT = 'billingAccounts/012345-567890-ABCDEF';

export const billing: AdminApi = {
  service: 'cloudbilling.googleapis.com',
  methods: {
    'google.cloud.billing.v1.CloudBilling.GetProjectBillingInfo': {
      needs: needsOfProject('resourcemanager.projects.get'),
      answer: ({ world: { projectId, isBilled } }) => ({
        name: `projects/${projectId}/billingInfo`,
        projectId,
        billingEnabled: isBilled,
        billingAccountName: isBilled ? BILLING_ACCOUNT : '',
      }),
    },
  },
};
