/** Requests with the caller's own Google credentials: a person's, a service account's, or those of workload identity federation. */
import { GoogleAuth, UserRefreshClient } from 'google-auth-library';
import { toError, UserError } from '../../errors.ts';
import type { Request } from './api.ts';

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

/** `adminHost`: where all of Google's hosts are found instead, each as the first part of the path. */
export function googleRequest(projectId: string, adminHost: string | undefined): Request {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  return async (method, url, body) => {
    const client = await auth.getClient().catch((thrown: unknown) => {
      const advice = 'Log in with `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS.';
      throw new UserError('BAD_ARGUMENT', `No Google credentials: ${toError(thrown).message} ${advice}`, {
        cause: thrown,
      });
    });
    const response = await client.request<unknown>({
      url: adminHost === undefined ? url : url.replace('https:/', adminHost.replace(/\/$/, '')),
      method,
      headers: {
        'content-type': body !== undefined && 'bytes' in body ? 'application/gzip' : 'application/json',
        // A person's calls count against a project that must be named.
        ...(client instanceof UserRefreshClient ? { 'x-goog-user-project': projectId } : {}),
      },
      ...(body === undefined ? {} : { body: 'bytes' in body ? Buffer.from(body.bytes) : JSON.stringify(body.json) }),
      responseType: 'text',
      validateStatus: () => true,
    });
    return { status: response.status, data: parsedOr(response.data) };
  };
}

function parsedOr(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
