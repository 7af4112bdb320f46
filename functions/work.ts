/** `work` (Pub/Sub): runs one task. Deployed for each tier's topic, with retries on; a thrown error makes the message come again. */
import { type CloudEvent, cloudEvent } from '@google-cloud/functions-framework';
import { ports, whileServing } from '../src/http/process.ts';
import { readWorkerMessage } from '../src/http/task-event.ts';
import { work } from '../src/mill/steps/work/work.ts';

cloudEvent('work', async (event: CloudEvent<unknown>) => {
  const message = readWorkerMessage(event, ports().log);
  if (message === undefined) return;
  await whileServing(() =>
    message.action === 'PING' ? ports().pings.answer(ports().tier, message.id) : work(message, ports()),
  );
});
