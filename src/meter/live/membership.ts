/**
 * Which events the devices of an organization are registered to: a copy that never changes, of 256 parts, so that a change replaces the part
 * that it is in and shares the others. Pure; a lookup allocates nothing.
 */

export const PARTS = 256;

/** Registrations of one device; what has more is no device. */
export const MAX_EVENTS_A_DEVICE = 1_000;

/** By device; ascending, no event twice. */
export type DeviceEvents = ReadonlyMap<string, readonly string[]>;

const NONE: readonly string[] = Object.freeze([]);
const EMPTY: DeviceEvents = new Map();
const counts = new WeakMap<DeviceEvents, number>();

/**
 * Which part has a device, 0 to 255: FNV-1a of its UTF-16 code units, http://www.isthe.com/chongo/tech/comp/fnv/ folded to eight bits. Never
 * to change: it is where things lie in the store.
 */
export function partOf(device: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < device.length; at++) hash = Math.imul(hash ^ device.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 8) ^ (hash >>> 16) ^ (hash >>> 24)) & 0xff;
}

/** When the store was changed last, in all and by part; what is not named is empty. */
export interface MembershipVersion {
  /** Higher with each change, never the same twice, also where the store was set back; 0 where there never was a change. */
  readonly version: number;
  /** By part, 0 to 255: the version that changed it last. */
  readonly parts: ReadonlyMap<number, number>;
}

export class Membership {
  readonly #parts: readonly DeviceEvents[];
  readonly #read: MembershipVersion;
  readonly devices: number;
  /** Of all devices together. */
  readonly registrations: number;

  private constructor(read: MembershipVersion, parts: readonly DeviceEvents[]) {
    this.#read = read;
    this.#parts = parts;
    this.devices = parts.reduce((sum, part) => sum + part.size, 0);
    this.registrations = parts.reduce((sum, part) => sum + countIn(part), 0);
  }

  static readonly empty = new Membership(
    { version: 0, parts: new Map() },
    Array.from({ length: PARTS }, () => EMPTY),
  );

  /** Ascending; the same array each time. Of a device that is registered to nothing, or not known, an empty one. */
  eventsOf(device: string): readonly string[] {
    return this.#parts[partOf(device)]?.get(device) ?? NONE;
  }

  /** Parts that the store has otherwise, newer or older; undefined when nothing is otherwise. */
  otherThan({ version, parts }: MembershipVersion): number[] | undefined {
    if (version === this.#read.version) return undefined;
    const all = new Set([...parts.keys(), ...this.#read.parts.keys()]);
    return [...all].filter((part) => parts.get(part) !== this.#read.parts.get(part));
  }

  /** With these parts for those that there were. */
  with(read: MembershipVersion, changed: ReadonlyMap<number, DeviceEvents>): Membership {
    return new Membership(
      read,
      this.#parts.map((part, at) => changed.get(at) ?? part),
    );
  }
}

/** A part that is shared was counted before. */
function countIn(part: DeviceEvents): number {
  const known = counts.get(part);
  if (known !== undefined) return known;
  const count = part.values().reduce((sum, events) => sum + events.length, 0);
  counts.set(part, count);
  return count;
}

export type MembershipChange =
  | { readonly kind: 'register' | 'unregister'; readonly device: string; readonly event: string }
  /** Out of all events. */
  | { readonly kind: 'forget'; readonly device: string };

/** The part with changes of devices that are in it; undefined when they change nothing. */
export function changed(part: DeviceEvents, changes: readonly MembershipChange[]): DeviceEvents | undefined {
  const next = new Map(part);
  for (const change of changes) {
    const { device } = change;
    const events = next.get(device) ?? NONE;
    const after =
      change.kind === 'forget'
        ? NONE
        : change.kind === 'unregister'
          ? events.filter((event) => event !== change.event)
          : events.includes(change.event)
            ? events
            : [...events, change.event].sort();
    if (after.length === 0) next.delete(device);
    else next.set(device, after);
  }
  const isSame =
    next.size === part.size &&
    next.entries().every(([device, events]) => {
      const before = part.get(device);
      return (
        before === events || (before?.length === events.length && before.every((event, at) => event === events[at]))
      );
    });
  return isSame ? undefined : next;
}
