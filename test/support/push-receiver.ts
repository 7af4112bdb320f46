/** An HTTP endpoint for pushes: keeps what arrived and answers as the test says. */
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PushBody {
  message: {
    data?: string;
    attributes?: Record<string, string>;
    messageId: string;
    message_id: string;
    publishTime: string;
    publish_time: string;
    orderingKey?: string;
  };
  subscription: string;
  deliveryAttempt?: number;
}

export interface Push {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: PushBody;
  /** The message's data as text. */
  text: string;
}

export interface PushReceiver {
  url: string;
  pushes: Push[];
  texts(): string[];
  /** Resolves when `count` pushes have arrived in all. */
  arrived(count: number): Promise<Push[]>;
  close(): Promise<void>;
}

/** `answer` gives the status of each push, counted from 1; a promise holds the answer back. */
export async function startPushReceiver(
  answer: (push: Push, count: number) => number | Promise<number> = () => 204,
): Promise<PushReceiver> {
  const pushes: Push[] = [];
  let waiting: { count: number; resolve: (pushes: Push[]) => void }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as PushBody;
      const text = Buffer.from(body.message.data ?? '', 'base64').toString();
      const push = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body, text };
      pushes.push(push);
      const arrived = waiting.filter(({ count }) => pushes.length >= count);
      waiting = waiting.filter(({ count }) => pushes.length < count);
      for (const { resolve } of arrived) resolve([...pushes]);
      void Promise.resolve(answer(push, pushes.length)).then((status) => response.writeHead(status).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    pushes,
    texts: () => pushes.map(({ text }) => text),
    arrived: (count) =>
      pushes.length >= count
        ? Promise.resolve([...pushes])
        : new Promise((resolve) => waiting.push({ count, resolve })),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
