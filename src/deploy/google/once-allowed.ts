/** What fails in the background for a right that was granted a moment ago: builds, and revisions that read secrets. */
import { type Api, PATIENCE_MS } from './api.ts';
import { GoogleError } from './google-error.ts';

/** Of google.rpc.Code, as operations have it. */
const PERMISSION_DENIED = '7';

/** Between attempts: each of them is a build, or a revision. */
const PAUSE_MS = 30_000;

/** Attempts it until Google does not refuse it for a right, as long as a fresh right may take to hold. @throws what it fails with then, or fails with otherwise */
export async function onceAllowed(api: Api, attempt: (isFirst: boolean) => Promise<void>): Promise<void> {
  const startedMs = api.clock.now();
  for (let isFirst = true; ; isFirst = false) {
    try {
      await attempt(isFirst);
      return;
    } catch (thrown) {
      const isOver = api.clock.now() - startedMs > PATIENCE_MS.propagating;
      if (!(thrown instanceof GoogleError) || !isRefusedRight(thrown) || isOver) throw thrown;
      if (isFirst)
        api.onWait(
          `${thrown.message} Fresh rights take up to ${PATIENCE_MS.propagating / 60_000} minutes: trying again until then.`,
        );
      await api.clock.sleep(PAUSE_MS);
    }
  }
}

/** A call that is refused is the caller's, and has been waited for; this is what came of one that was not. */
const isRefusedRight = ({ httpStatus, status, message }: GoogleError): boolean =>
  httpStatus === 400 &&
  (status === PERMISSION_DENIED || /does not have [\w.]+ access|permission .*denied/i.test(message));
