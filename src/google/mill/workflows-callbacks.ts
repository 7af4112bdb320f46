/** Calls a waiting workflow back, with credentials that go to Workflows' own host and nowhere else (hazard 11). */
import { GoogleAuth } from 'google-auth-library';
import { RetryableError, toError, UserError } from '../../errors.ts';
import type { Callbacks } from '../../mill/ports/messages.ts';

const WORKFLOWS_HOST = 'workflowexecutions.googleapis.com';
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const CALLBACK_PATH =
  /^\/v1\/projects\/[^/]+\/locations\/[^/]+\/workflows\/[^/]+\/executions\/[^/]+\/callbacks\/[^/]+$/;

/** Statuses that say that nobody waits there (404), or that a callback is there already (429). */
const GONE = new Set([404, 429]);

/** Milliseconds between tries; what fails after the last is left to the reconciler. */
const DELAYS_MS: readonly number[] = [200, 1_000, 3_000];

/** `emulatorHost` is `host:port` of the local cloud, or undefined. */
export function workflowsCallbacks(emulatorHost: string | undefined, delaysMs = DELAYS_MS): Callbacks {
  const auth = new GoogleAuth({ scopes: [SCOPE] });
  return {
    assertUrl: (url) => assertCallbackUrl(url, emulatorHost),
    async send(url, body) {
      assertCallbackUrl(url, emulatorHost);
      for (const delay of [...delaysMs, undefined]) {
        try {
          const response = await auth.fetch({
            url,
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
            redirect: 'error',
            validateStatus: () => true,
          });
          if (response.ok) return 'sent';
          if (GONE.has(response.status)) return 'gone';
          if (delay === undefined)
            throw new RetryableError('UNAVAILABLE', `the callback was answered with ${response.status}`);
        } catch (thrown) {
          if (delay === undefined)
            throw thrown instanceof RetryableError
              ? thrown
              : new RetryableError('UNAVAILABLE', toError(thrown).message, { cause: thrown });
        }
        await new Promise((resolve) => {
          setTimeout(resolve, delay);
        });
      }
      throw new Error('unreachable: the last try returns or throws');
    },
  };
}

/** @throws {UserError} BAD_ARGUMENT for every address that is not a callback of Workflows, or of the local cloud in local mode. */
export function assertCallbackUrl(text: string, emulatorHost: string | undefined): void {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const google = url?.protocol === 'https:' && url.host === WORKFLOWS_HOST;
  const local = emulatorHost !== undefined && url?.protocol === 'http:' && url.host === emulatorHost;
  const plain = url !== undefined && url.username === '' && url.password === '' && CALLBACK_PATH.test(url.pathname);
  if (!plain || !(google || local)) {
    throw new UserError(
      'BAD_ARGUMENT',
      `callbackUrl must be a callback endpoint of https://${WORKFLOWS_HOST}; got ${JSON.stringify(text)}. No credentials were sent.`,
    );
  }
}
