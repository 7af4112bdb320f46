/** What every kind of resource does: the same functions, a file a kind. */
import type { Api, SendOptions } from '../google/api.ts';
import { GoogleError } from '../google/google-error.ts';
import type { Body, FieldChange, Resource } from '../resource.ts';

export interface Site {
  readonly api: Api;
  readonly projectId: string;
  readonly region: string;
  /** Of the project, as digits. */
  readonly projectNumber: string;
  /** The tar.gz that the image is built from. */
  readonly archive: Uint8Array;
}

export interface Kind {
  /** What is there, in the shape of what is wanted; undefined when nothing is. */
  read(resource: Resource, site: Site): Promise<Body | undefined>;
  create(resource: Resource, site: Site): Promise<void>;
  /** Brings `fields` to what is wanted, and leaves all else as it is. */
  update(resource: Resource, fields: readonly FieldChange[], live: Body, site: Site): Promise<void>;
  /** Where comparing field by field is not enough. */
  differences?(resource: Resource, live: Body): FieldChange[];
  /** Everything of the kind that bears a label `daymill`, with whose it is; of kinds that may be removed. */
  labelled?(site: Site): Promise<Labelled[]>;
  /** Undefined when it is gone, else why it was left. */
  remove?(name: string, site: Site): Promise<string | undefined>;
}

export interface Labelled {
  readonly name: string;
  readonly owner: string;
}

/** `projects/P/x/Y` -> `projects/P/x` */
export const parentOf = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** What somebody else has labelled stays labelled. */
export const merged = (live: unknown, wanted: unknown): object => ({
  ...(live as object | undefined),
  ...(wanted as object),
});

/** What Google gives names to, so that two calls make two of it. */
export interface Unnamed {
  /** For people. */
  readonly what: string;
  readonly create: (options: SendOptions) => Promise<unknown>;
  /** All that are this, the oldest first, in an order that is the same for everybody. */
  readonly alike: () => Promise<readonly Body[]>;
  readonly remove: (live: Body) => Promise<unknown>;
}

/** Makes one, also when an answer is lost, or somebody else makes it at the same time: the oldest stays. @throws {GoogleError} */
export async function createUnnamed({ what, create, alike, remove }: Unnamed, api: Api): Promise<void> {
  await api.until(what, async () => {
    try {
      await create({ lostThrows: true });
      return true;
    } catch (thrown) {
      if (!(thrown instanceof GoogleError) || thrown.httpStatus < 500) throw thrown;
      return (await alike()).length > 0;
    }
  });
  for (const extra of (await alike()).slice(1)) {
    try {
      await remove(extra);
    } catch (thrown) {
      // The other one has removed it.
      if (!(thrown instanceof GoogleError) || thrown.httpStatus !== 404) throw thrown;
    }
  }
}

/** Every page of a list. */
export async function listAll(api: Api, url: string, member: string): Promise<Body[]> {
  const found: Body[] = [];
  for (let token = ''; ;) {
    const page = (await api.get(`${url}${url.includes('?') ? '&' : '?'}pageToken=${encodeURIComponent(token)}`)) ?? {};
    found.push(...((page[member] as Body[] | undefined) ?? []));
    if (typeof page['nextPageToken'] !== 'string' || page['nextPageToken'] === '') return found;
    token = page['nextPageToken'];
  }
}
