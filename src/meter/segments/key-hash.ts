/**
 * 128 bits of some bytes, for tables that must not keep the bytes: MurmurHash3 x86 128, after
 * https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp, with a seed that nobody outside of the process knows, so that nobody can
 * make two series collide. That two of a million do by chance is less likely than 10^-26.
 */

const [C1, C2, C3, C4] = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93];

/** Fills the four numbers of `into`. */
export function keyHash(bytes: Uint8Array, start: number, end: number, seed: number, into: Int32Array): void {
  let [h1, h2, h3, h4] = [seed, seed, seed, seed];
  let at = start;
  for (; at + 16 <= end; at += 16) {
    h1 ^= Math.imul(rotated(Math.imul(word(bytes, at), C1), 15), C2);
    h1 = (Math.imul((rotated(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotated(Math.imul(word(bytes, at + 4), C2), 16), C3);
    h2 = (Math.imul((rotated(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotated(Math.imul(word(bytes, at + 8), C3), 17), C4);
    h3 = (Math.imul((rotated(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotated(Math.imul(word(bytes, at + 12), C4), 18), C1);
    h4 = (Math.imul((rotated(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const tail = [0, 0, 0, 0];
  for (let rest = at; rest < end; rest++) {
    const offset = rest - at;
    tail[offset >> 2] = (tail[offset >> 2] as number) | ((bytes[rest] as number) << ((offset & 3) * 8));
  }
  h1 ^= Math.imul(rotated(Math.imul(tail[0] as number, C1), 15), C2);
  h2 ^= Math.imul(rotated(Math.imul(tail[1] as number, C2), 16), C3);
  h3 ^= Math.imul(rotated(Math.imul(tail[2] as number, C3), 17), C4);
  h4 ^= Math.imul(rotated(Math.imul(tail[3] as number, C4), 18), C1);
  finish(into, [h1, h2, h3, h4], end - start);
}

function finish(into: Int32Array, [a, b, c, d]: readonly [number, number, number, number], length: number): void {
  let [h1, h2, h3, h4] = [a ^ length, b ^ length, c ^ length, d ^ length];
  h1 = (h1 + h2 + h3 + h4) | 0;
  [h2, h3, h4] = [(h2 + h1) | 0, (h3 + h1) | 0, (h4 + h1) | 0];
  [h1, h2, h3, h4] = [ended(h1), ended(h2), ended(h3), ended(h4)];
  h1 = (h1 + h2 + h3 + h4) | 0;
  into[0] = h1;
  into[1] = (h2 + h1) | 0;
  into[2] = (h3 + h1) | 0;
  into[3] = (h4 + h1) | 0;
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

const word = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

function ended(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
