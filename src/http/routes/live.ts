/** What is collected, as it comes: server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
import type { MeterPorts } from '../../compose-meter.ts';
import { type Frame, framesPart } from '../../meter/live/frame.ts';
import { FrameQueue } from '../frame-queue.ts';
import { HttpError } from '../http-error.ts';
import type { Asked, Reply, Route } from '../route.ts';

const TAG = 'live';

/** What of a frame a reader is to see. */
export type Part = (frame: Frame) => Frame | undefined;

/** A connection of Cloud Run ends after an hour at most: https://cloud.google.com/run/docs/configuring/request-timeout. Ours before that. */
export const STREAM_MS = 50 * 60_000;

/** After which a reader that was cut off comes again. */
const RETRY_MS = 2_000;

export const liveRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const common = { method: 'GET', tag: TAG, role: 'viewer', quota: 'read', shape: 'problem', isStream: true } as const;
  const answers = { 200: { description: 'text/event-stream: samples, heartbeat, window, gap, slow, bye' } };
  return [
    {
      ...common,
      path: '/api/live',
      id: 'live',
      summary: 'All that is collected, as it comes.',
      answers,
      handle: (asked) => Promise.resolve(stream(asked, wholeFrame, ports())),
    },
    {
      ...common,
      path: '/api/live/events/:id',
      id: 'liveOfEvent',
      summary: 'What comes of the devices that are registered to an event.',
      answers,
      handle: async (asked) => {
        const { memberships } = ports();
        await memberships.load(asked.organization);
        return stream(asked, partOfEvent(asked.organization, asked.params['id'] ?? '', ports()), ports());
      },
    },
  ];
};

/** By the membership of now, which may change while somebody reads. */
export function partOfEvent(organization: string, event: string, { memberships }: MeterPorts): Part {
  const isOf = (device: string): boolean => memberships.eventsOf(organization, device)?.includes(event) ?? false;
  return (frame) => {
    const found = parts.get(frame)?.get(event);
    if (found !== undefined) return found.part;
    const part = framesPart(frame, isOf);
    const known = parts.get(frame) ?? new Map<string, { readonly part: Frame | undefined }>();
    parts.set(frame, known.set(event, { part }));
    return part;
  };
}

export const wholeFrame: Part = (frame) => frame;

/** By event, for all who read it. */
const parts = new WeakMap<Frame, Map<string, { readonly part: Frame | undefined }>>();

export const written = ({ id, kind, data }: Frame): string => `id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`;

const WORDS = {
  bye: 'event: bye\ndata: {"reason":"Come again: this instance ends, or the connection is old."}\n\n',
  slow: 'event: slow\ndata: {"reason":"More came than you read. Come again, or ask for less."}\n\n',
  gap: 'event: gap\ndata: {"reason":"What came since Last-Event-ID is not known here any more."}\n\n',
} as const;

/** Joined when it is written: a HEAD reads nothing. */
function stream(asked: Asked, part: Part, { live }: MeterPorts): Reply {
  if (live.isFull(asked.organization)) throw tooMany();
  const queue = new FrameQueue(written, (ending) => WORDS[ending]);
  const given = asked.headers['last-event-id'] ?? asked.query.get('last_event_id') ?? undefined;
  const lastId = typeof given === 'string' && given !== '' ? given : undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    const reader = { part, send: (frame: Frame) => queue.push(frame), end: () => queue.end('bye') };
    const { leave, missed } = live.join(asked.organization, reader, lastId);
    const old = setTimeout(() => queue.end('bye'), STREAM_MS);
    queue.add(`retry: ${RETRY_MS}\n\n`);
    if (missed === undefined) queue.add(WORDS.gap);
    for (const frame of missed ?? []) queue.push(frame);
    try {
      yield* queue.read(': still here\n\n', asked.signal);
    } finally {
      clearTimeout(old);
      leave();
    }
  }
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
    body: body(),
  };
}

export const tooMany = (): HttpError =>
  new HttpError(503, 'TOO_MANY_READERS', 'There are as many readers as this instance takes. Come again.', {
    headers: { 'retry-after': '5' },
  });
