/**
 * What a segment holds, as two numbers whose sums over all segments of a day are the same however the day is cut into segments: each sample, or
 * event, has two hashes, and they are added up.
 */
import { hash } from 'node:crypto';
import type { StoredEvent } from '../model/event.ts';
import { KIND, type Samples } from '../model/samples.ts';
import { exactJson } from './exact-json.ts';

/** Sums of so small numbers over a day's segments are exact integers of Firestore's. */
export const CONTENT_MODULUS = 2 ** 31;

export interface Content {
  readonly h1: number;
  readonly h2: number;
}

export function contentOfSamples(samples: Samples, ids: Uint32Array): Content {
  let [h1, h2] = [0, 0];
  const { series, timestampsMs, kinds, nanos, startsMs } = samples;
  const words = new Uint32Array(samples.bytes.buffer, 0, samples.length * 2);
  for (let at = 0; at < samples.length; at++) {
    const time = timestampsMs[at] as number;
    let low = words[at * 2] as number;
    let high = words[at * 2 + 1] as number;
    const compound = kinds[at] === KIND.compound ? samples.compoundAt(at) : undefined;
    if (compound !== undefined) [low, high] = wordsOf(exactJson(compound));
    const more = (nanos?.[at] ?? 0) ^ Math.imul(startsMs?.[at] ?? 0, 0x27d4eb2f);
    const own = mixed(mixed(ids[series[at] as number] as number, time | 0), Math.floor(time / 4_294_967_296) ^ more);
    const value = mixed(mixed(own, low), high ^ (kinds[at] as number));
    h1 = (h1 + (value >>> 1)) % CONTENT_MODULUS;
    h2 = (h2 + (mixed(value, mixed(high, low) ^ time) >>> 1)) % CONTENT_MODULUS;
  }
  return { h1, h2 };
}

export function contentOfEvents(events: readonly StoredEvent[]): Content {
  let [h1, h2] = [0, 0];
  for (const event of events) {
    const [low, high] = wordsOf(exactJson([event.kind, event.id, event.timestampMs, event.fields]));
    h1 = (h1 + (low >>> 1)) % CONTENT_MODULUS;
    h2 = (h2 + (high >>> 1)) % CONTENT_MODULUS;
  }
  return { h1, h2 };
}

function wordsOf(text: string): readonly [number, number] {
  const bytes = hash('sha256', text, 'buffer');
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
}

/** MurmurHash3's mixing of a block, and its end: https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp */
function mixed(state: number, block: number): number {
  let key = Math.imul(block, 0xcc9e2d51);
  key = (key << 15) | (key >>> 17);
  let next = state ^ Math.imul(key, 0x1b873593);
  next = (next << 13) | (next >>> 19);
  next = (Math.imul(next, 5) + 0xe6546b64) | 0;
  next ^= next >>> 16;
  next = Math.imul(next, 0x85ebca6b);
  next ^= next >>> 13;
  next = Math.imul(next, 0xc2b2ae35);
  return next ^ (next >>> 16);
}
