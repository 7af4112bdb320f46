/** What the methods of the API share: their parts, what they are called with, and what they answer. */
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { State } from '../state.ts';
import type { Contents } from './contents.ts';
import type { Store } from './store.ts';

export interface Api {
  readonly state: State;
  readonly store: Store;
  readonly contents: Contents;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** The one project there is. */
  readonly projectId: string;
}

export interface Call {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Can be read once. Who stops early leaves the connection as it is, so that the client hears why. */
  readonly body: AsyncIterable<Buffer>;
  /** What the stars of the route's path stand for: a bucket's name, an object's, then those of a copy's destination. */
  readonly bucket: string;
  readonly object: string;
  readonly toBucket: string;
  readonly toObject: string;
}

export interface Answer {
  /** 200 unless it is set. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  /** Sent as JSON. */
  readonly json?: object;
  readonly text?: string;
  /** Sends the body; the head has been written. */
  readonly send?: (response: ServerResponse) => Promise<void>;
}

export interface Route {
  /** Query parameters that it understands, besides those that every route ignores. */
  readonly parameters?: readonly string[];
  readonly answer: (call: Call) => Answer | Promise<Answer>;
}

/** By method, `upload` for the upload paths, and path; `*` is one segment. */
export type Routes = Readonly<Record<string, Route>>;
