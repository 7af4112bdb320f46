/** A hash that spreads texts evenly. It keeps no secret: who knows the texts knows which hash is whose. */

const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

const encoder = new TextEncoder();

const rotated = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

const scrambled = (block: number): number => Math.imul(rotated(Math.imul(block, C1), 15), C2);

/**
 * MurmurHash3 for 32 bits, of the text as UTF-8; from 0 to 2^32 - 1.
 * Source: A. Appleby, "MurmurHash3" (2011), https://github.com/aappleby/smhasher/wiki/MurmurHash3.
 */
export function murmurHash(text: string, seed: number): number {
  const bytes = encoder.encode(text);
  const blocks = bytes.length - (bytes.length % 4);
  const view = new DataView(bytes.buffer);
  let hash = seed;
  for (let at = 0; at < blocks; at += 4) {
    hash = rotated(hash ^ scrambled(view.getUint32(at, true)), 13);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= blocks; at--) rest = (rest << 8) | (bytes[at] as number);
  hash ^= scrambled(rest) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
