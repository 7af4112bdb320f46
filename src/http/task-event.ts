/** Reads a worker's message out of a Pub/Sub CloudEvent, binary or converted by the framework from a raw push. */
import type { CloudEvent } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { toError } from '../errors.ts';
import { WorkerMessage } from '../mill/model/message.ts';
import type { Log } from '../process/ports.ts';

const Event = z.object({ data: z.object({ message: z.object({ data: z.string() }) }) });

/** Undefined for what is no message of ours: it would be none the next time either, so it is logged and acknowledged. */
export function readWorkerMessage(event: CloudEvent<unknown> | undefined, log: Log): WorkerMessage | undefined {
  try {
    const { data } = Event.parse(event).data.message;
    return WorkerMessage.parse(JSON.parse(Buffer.from(data, 'base64').toString('utf8')));
  } catch (thrown) {
    log.error(
      { event: 'message.unreadable', id: event?.id },
      `dropped a message that is no task: ${toError(thrown).message}`,
    );
    return undefined;
  }
}
