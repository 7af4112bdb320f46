/** What APIs consist of: a table of methods each, by Google's names of them. */
import type { Json } from './json.ts';
import type { World } from './world.ts';

/** A permission, and the full name of what it is needed on. */
export interface Need {
  readonly permission: string;
  readonly on: string;
}

export interface Call {
  readonly world: World;
  /** Whose token came along, as policies name them: `user:ann@acme.example`. */
  readonly caller: string;
  /** The method's message. */
  readonly request: Json;
  /** Of an upload. */
  readonly bytes: Uint8Array;
}

export interface AdminMethod {
  /** All that the caller needs. */
  readonly needs: (request: Json, world: World) => readonly Need[];
  /** The answer's message. @throws {ApiError} */
  readonly answer: (call: Call) => Json;
}

export interface AdminApi {
  /** As it is enabled: `run.googleapis.com`. */
  readonly service: string;
  /** By whole name: `google.cloud.run.v2.Services.CreateService`. */
  readonly methods: Readonly<Record<string, AdminMethod>>;
}
