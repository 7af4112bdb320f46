/**
 * A part of the membership map as bytes: 1, then zstd, with its checksum, of the JSON `{"events":[…],"devices":[["id",[0,1]],…]}`, in which
 * a device's events are numbers of the list. Pure.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import { TerminalError, toError } from '../../errors.ts';
import type { DeviceEvents } from './membership.ts';

const FORMAT = 1;

/** What a part may come to when it is unpacked: a thousand times more is no part of ours. */
const MAX_JSON_BYTES = 64 * 1_048_576;

const Content = z.object({
  events: z.array(z.string()),
  devices: z.array(z.tuple([z.string(), z.array(z.number().int().nonnegative())])),
});

export function encodePart(part: DeviceEvents): Uint8Array {
  const numbers = new Map<string, number>();
  const numberOf = (event: string): number => {
    const known = numbers.get(event) ?? numbers.size;
    numbers.set(event, known);
    return known;
  };
  const devices = [...part]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([device, events]) => [device, events.map(numberOf)]);
  const json = Buffer.from(JSON.stringify({ events: [...numbers.keys()], devices }));
  const packed = zstdCompressSync(json, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
  return Buffer.concat([Uint8Array.of(FORMAT), packed]);
}

/** Devices of the same events share one array. @throws {TerminalError} BAD_SOURCE, on what was not made here, or not arrived whole. */
export function decodePart(bytes: Uint8Array): DeviceEvents {
  const refuse = (why: string, cause?: unknown): TerminalError =>
    new TerminalError('BAD_SOURCE', `a part of the membership map cannot be read: ${why}`, { cause });
  if (bytes[0] !== FORMAT) throw refuse(`its format is ${bytes[0] ?? 'missing'}, and this Daymill reads ${FORMAT}`);
  const content = ((): z.infer<typeof Content> => {
    try {
      const json = zstdDecompressSync(bytes.subarray(1), { maxOutputLength: MAX_JSON_BYTES });
      return Content.parse(JSON.parse(json.toString('utf8')));
    } catch (thrown) {
      throw refuse(toError(thrown).message, thrown);
    }
  })();
  const lists = new Map<string, readonly string[]>();
  const listOf = (numbers: readonly number[]): readonly string[] => {
    const key = numbers.join();
    const known = lists.get(key);
    if (known !== undefined) return known;
    const list = numbers.map((number) => {
      const event = content.events[number];
      if (event === undefined) throw refuse(`it names event ${number} of ${content.events.length}`);
      return event;
    });
    lists.set(key, Object.freeze(list));
    return list;
  };
  return new Map(content.devices.map(([device, numbers]) => [device, listOf(numbers)]));
}
