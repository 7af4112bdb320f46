/** `Alerts` on Firestore: one document of what is wrong; and a webhook that takes JSON. */
import type { Firestore } from '@google-cloud/firestore';
import { RetryableError, toError } from '../../errors.ts';
import type { AlertChange, Alerts } from '../../meter/ports/alerts.ts';
import { unavailable } from '../firestore-client.ts';

const TIMEOUT_MS = 10_000;

/** `webhook`: an http(s) address, as Slack's and Google Chat's incoming ones are: they show `text`. */
export function firestoreAlerts(db: Firestore, webhook: string | undefined): Alerts {
  const ref = db.collection('health').doc('alerts');
  return {
    async exchange(current) {
      const found = await ref.get().catch(refusing);
      const before = new Map(Object.entries<string>(found.data() ?? {}));
      const change = {
        begun: [...current].filter(([id]) => !before.has(id)).map(([, text]) => text),
        over: [...before].filter(([id]) => !current.has(id)).map(([, text]) => text),
      };
      if (change.begun.length + change.over.length === 0) return change;
      if (webhook !== undefined) await send(webhook, change);
      await ref.set(Object.fromEntries(current)).catch(refusing);
      return change;
    },
  };
}

const refusing = (thrown: unknown): never => {
  throw unavailable('what was wrong before could not be read or kept', thrown);
};

async function send(webhook: string, { begun, over }: AlertChange): Promise<void> {
  const text = [...begun, ...over.map((one) => `No more: ${one}`)].join('\n');
  try {
    const response = await fetch(webhook, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text, begun, over }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`it answered ${response.status}`);
  } catch (cause) {
    const { message } = toError(cause);
    throw new RetryableError('UNAVAILABLE', `the webhook of alerts was not reached: ${message}`, { cause });
  }
}
