/**
 * Snappy's block format: a length, then literals and copies of what was there before.
 * https://github.com/google/snappy/blob/main/format_description.txt
 *
 * Not by `snappyjs` 0.7: a literal with a length of 2^31 and more sets it back, so that six bytes keep it busy for ever; what it makes may be
 * shorter than what was announced; and it allocates what a body of five bytes announces.
 */
import { UserError } from '../../errors.ts';

/** Copies say 64 bytes in three at best. */
const MOST_OUT_PER_BYTE = 22;

/** Bytes from which on a call that copies is faster than a loop. */
const LONG = 64;
/** Four bytes are copied at once, and those too many are written over: so much room there must be behind what is written. */
const SLACK = 4;

/** @throws {UserError} when it is no such block, or says that it holds more than `maxBytes`. */
export function uncompressSnappy(block: Uint8Array, maxBytes: number): Uint8Array {
  const { length, at } = announcedLength(block);
  if (length > maxBytes)
    throw notSnappy(
      `it announces ${length} bytes, and ${maxBytes} are the most that are taken; send smaller requests`,
      0,
    );
  if (length > block.length * MOST_OUT_PER_BYTE)
    throw notSnappy(`it announces ${length} bytes, which ${block.length} cannot hold`, 0);
  const out = new Uint8Array(length + SLACK);
  const end = fill(out, length, block, at);
  if (end !== length) throw notSnappy(`it announces ${length} bytes, and holds ${end}`, block.length);
  return out.subarray(0, length);
}

function announcedLength(block: Uint8Array): { readonly length: number; readonly at: number } {
  let length = 0;
  for (let at = 0; at < 5 && at < block.length; at++) {
    const byte = block[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { length, at: at + 1 };
  }
  throw notSnappy('it does not begin with a length', 0);
}

/** How many bytes were written. */
function fill(out: Uint8Array, outLength: number, block: Uint8Array, from: number): number {
  const outView = viewOf(out);
  const blockView = viewOf(block);
  let at = from;
  let to = 0;
  while (at < block.length) {
    const tag = block[at++] as number;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, (tag >> 2) - 59);
      const length = (extra === 0 ? tag >> 2 : littleEndian(block, at, extra)) + 1;
      at += extra;
      if (length > block.length - at || length > outLength - to)
        throw notSnappy('a literal is longer than what is there', at);
      if (length > LONG || at + length + SLACK > block.length) out.set(block.subarray(at, at + length), to);
      else for (let done = 0; done < length; done += 4) outView.setInt32(to + done, blockView.getInt32(at + done));
      at += length;
      to += length;
    } else {
      const extra = (tag & 3) === 3 ? 4 : tag & 3;
      const offset = littleEndian(block, at, extra) + (extra === 1 ? (tag >> 5) << 8 : 0);
      const length = extra === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
      at += extra;
      if (offset === 0 || offset > to || length > outLength - to)
        throw notSnappy('a copy reaches out of what is there', at);
      const back = to - offset;
      // What is copied may be what was just written: then only so much at once as lies between.
      if (offset >= 4)
        for (let done = 0; done < length; done += 4) outView.setInt32(to + done, outView.getInt32(back + done));
      else for (let done = 0; done < length; done++) out[to + done] = out[back + done] as number;
      to += length;
    }
  }
  return to;
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

function littleEndian(block: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > block.length) throw notSnappy('it ends within a length', block.length);
  if (bytes === 1) return block[at] as number;
  if (bytes === 2) return (block[at] as number) | ((block[at + 1] as number) << 8);
  let value = 0;
  for (let byte = 0; byte < bytes; byte++) value += (block[at + byte] as number) * 2 ** (8 * byte);
  return value;
}

const notSnappy = (why: string, at: number): UserError =>
  new UserError(
    'BAD_ARGUMENT',
    `the body is not in snappy's block format: ${why} (at byte ${at} of the compressed body)`,
  );
