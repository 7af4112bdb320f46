/** What may go wrong with a message on its way, as data: each draw depends on the seed and the message, never on timing. */

export interface PubsubFaults {
  /** The same seed and the same messages give the same faults. */
  seed: number;
  /** Probability that a delivery is sent twice at the same time. */
  duplicate?: number;
  /** Probability that a message waits, and the longest wait in milliseconds. */
  delay?: { probability: number; milliseconds: number };
  /** Probability that a message changes places with a later one that is due at the same time. */
  reorder?: number;
  /** Probability that a subscriber's acknowledgement is lost, so that the message comes again. */
  unacknowledged?: number;
}

export type FaultKind = Exclude<keyof PubsubFaults, 'seed'>;

/** A number in [0, 1) for one fault of one delivery: FNV-1a of the names, then the finalizer of MurmurHash3. */
export function draw(seed: number, kind: string, subscription: string, message: number, attempt: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const char of `${kind} ${subscription} ${message} ${attempt}`) {
    hash = Math.imul(hash ^ (char.codePointAt(0) as number), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
