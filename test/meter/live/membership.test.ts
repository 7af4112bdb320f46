/** The membership map as values: lookups, changes, and a part as bytes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changed,
  type DeviceEvents,
  Membership,
  type MembershipChange,
  partOf,
  PARTS,
} from '../../../src/meter/live/membership.ts';
import { decodePart, encodePart } from '../../../src/meter/live/membership-part.ts';

const id = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor', 'ž', '😀'),
);
const change: fc.Arbitrary<MembershipChange> = fc.oneof(
  fc.record({ kind: fc.constantFrom('register' as const, 'unregister' as const), device: id, event: id }),
  fc.record({ kind: fc.constant('forget' as const), device: id }),
);
const partWith = (changes: readonly MembershipChange[]): DeviceEvents => changed(new Map(), changes) ?? new Map();

describe('changes', () => {
  test('are what sets of events would come to', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const model = new Map<string, Set<string>>();
        for (const one of changes) {
          const events = model.get(one.device) ?? new Set();
          if (one.kind === 'register') events.add(one.event);
          else if (one.kind === 'unregister') events.delete(one.event);
          else events.clear();
          model.set(one.device, events);
        }
        const expected = [...model]
          .filter(([, events]) => events.size > 0)
          .map(([device, events]) => [device, [...events].sort()]);
        expect(new Map(partWith(changes))).toEqual(new Map(expected as [string, string[]][]));
        // Again, one by one: whatever is so already is no change.
        expect(
          changed(
            partWith(changes),
            changes.filter(({ kind }) => kind === 'forget'),
          ),
        ).toSatisfy((next: DeviceEvents | undefined) => next === undefined || next.size < partWith(changes).size);
      }),
    );
  });

  test('that undo each other are none', () => {
    const part = partWith([{ kind: 'register', device: 'a', event: 'x' }]);
    expect(
      changed(part, [
        { kind: 'unregister', device: 'a', event: 'x' },
        { kind: 'register', device: 'a', event: 'x' },
        { kind: 'unregister', device: 'b', event: 'x' },
      ]),
    ).toBeUndefined();
  });
});

describe('a part as bytes', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const part = partWith(changes);
        expect(decodePart(encodePart(part))).toEqual(part);
      }),
    );
  });

  test('is refused when it is cut off anywhere, or a bit of it is another', () => {
    const bytes = encodePart(
      partWith(Array.from({ length: 30 }, (_, at) => ({ kind: 'register', device: `d${at}`, event: `e${at % 3}` }))),
    );
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodePart(bytes.subarray(0, length))).toThrow(/cannot be read/);
    for (let at = 0; at < bytes.length; at++) {
      const other = Uint8Array.from(bytes);
      other[at] = (other[at] as number) ^ 0x10;
      let decoded: DeviceEvents | undefined;
      try {
        decoded = decodePart(other);
      } catch {
        continue;
      }
      // A bit of the frame's header that says nothing may differ; content never does.
      expect(decoded).toEqual(decodePart(bytes));
    }
  });

  test('keeps one array for all devices of the same events', () => {
    const part = decodePart(
      encodePart(
        partWith(['a', 'b'].flatMap((device) => ['x', 'y'].map((event) => ({ kind: 'register', device, event })))),
      ),
    );
    expect(part.get('a')).toBe(part.get('b'));
  });
});

describe('a copy', () => {
  const devices = Array.from({ length: 5_000 }, (_, at) => `device-${at}`);
  const parts = new Map(
    [...Map.groupBy(devices, partOf)].map(([part, some]) => [
      part,
      partWith(some.map((device) => ({ kind: 'register', device, event: `of-${device}` }))),
    ]),
  );
  const version = { version: 7, parts: new Map([...parts.keys()].map((part) => [part, 7])) };
  const copy = Membership.empty.with(version, parts);

  test('finds every device, and answers an empty list for others', () => {
    for (const device of devices) expect(copy.eventsOf(device)).toEqual([`of-${device}`]);
    expect(copy.eventsOf('nobody')).toEqual([]);
    expect(copy.eventsOf('__proto__')).toEqual([]);
    expect(copy.devices).toBe(5_000);
    expect(copy.registrations).toBe(5_000);
  });

  test('shares what a change leaves as it is', () => {
    const part = partOf('device-1');
    const next = copy.with({ version: 8, parts: new Map([...version.parts, [part, 8]]) }, new Map([[part, new Map()]]));
    expect(next.eventsOf('device-1')).toEqual([]);
    const other = devices.find((device) => partOf(device) !== part) as string;
    expect(next.eventsOf(other)).toBe(copy.eventsOf(other));
    expect(copy.eventsOf('device-1')).toEqual(['of-device-1']);
  });

  test('knows what it has otherwise than the store: newer, older, new and gone', () => {
    expect(copy.otherThan(version)).toBeUndefined();
    const [one, two, three] = [...parts.keys()] as [number, number, number];
    const others = new Map([...version.parts, [one, 9], [two, 3]]);
    others.delete(three);
    expect(copy.otherThan({ version: 9, parts: others })?.sort((a, b) => a - b)).toEqual(
      [one, two, three].sort((a, b) => a - b),
    );
  });

  test('is spread evenly over the parts', () => {
    const sizes = Array.from({ length: PARTS }, (_, part) => parts.get(part)?.size ?? 0);
    expect(Math.max(...sizes)).toBeLessThan(50);
    expect(Math.min(...sizes)).toBeGreaterThan(2);
  });

  test('allocates nothing in a lookup', () => {
    const lookUp = (): number => {
      let found = 0;
      for (let round = 0; round < 200; round++) for (const device of devices) found += copy.eventsOf(device).length;
      return found;
    };
    lookUp();
    const before = process.memoryUsage().heapUsed;
    expect(lookUp()).toBe(1_000_000);
    // A million lookups; a byte of garbage each would show.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(500_000);
  });
});
