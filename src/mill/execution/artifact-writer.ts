/** Collects entities in key order, lets them go in compressed parts, and hashes the content as it passes. */
import { createHash } from 'node:crypto';
import { TerminalError, toError } from '../../errors.ts';
import type { Artifact, Part, Shard } from '../model/artifact.ts';
import { canonicalJson } from '../../values/canonical.ts';
import { type Hash, HASH_LENGTH, hashOf } from '../../values/hash.ts';
import { packJson } from './artifact-codec.ts';
import { type Gathered, gathering } from './gathered-entities.ts';
import { FLUSH_ENTITIES, INLINE_BYTES, MAX_SHARDS, PART_RAW_BYTES } from './limits.ts';

/** Writes a part as a document of its own, under the generation that the artifact will point to. */
export type ShardSink = (part: Part, index: number) => Promise<Shard>;

/**
 * Whole values and small records: everything is in memory already.
 * @throws {TerminalError} OUTPUT_INVALID on a value that JSON has no word for, SHARDING_LIMIT_EXCEEDED
 */
export async function writeArtifact(value: unknown, keyed: boolean, sink: ShardSink): Promise<Artifact> {
  if (keyed) {
    const writer = artifactWriter(sink);
    const record = value as Record<string, unknown>;
    for (const key of Object.keys(record).sort()) {
      storable(`the value of "${key}"`, () => writer.add(key, record[key]));
      if (writer.isFull()) await writer.flush();
    }
    return writer.finish();
  }
  const json = storable('the result', () => canonicalJson(value));
  const data = packJson(json);
  if (data.byteLength > INLINE_BYTES)
    throw tooLarge(`the result is ${data.byteLength} bytes compressed, above ${INLINE_BYTES}`);
  return {
    hash: hashOf(json),
    keyed: false,
    count: 1,
    rawBytes: json.length,
    parts: [{ first: '', last: '', count: 1, data }],
  };
}

/** The hash that an artifact of this value has, without making it. @throws {TypeError} on a value that JSON has no word for. */
export const valueHash = (value: unknown): Hash => hashOf(canonicalJson(value));

export interface ArtifactWriter {
  /** Keys must ascend. `json`: the value as canonical JSON, where that is known already. @throws {TypeError} on a value that JSON has no word for. */
  add(key: string, value: unknown, json?: string): void;
  /** Whether enough has gathered for a part. */
  isFull(): boolean;
  /** Compresses what has gathered; above the inline limit parts go to the sink. */
  flush(): Promise<void>;
  /** @throws {TerminalError} SHARDING_LIMIT_EXCEEDED */
  finish(): Promise<Artifact>;
}

/** Characters of content that are hashed at once: to hash costs the same for one entity as for a hundred. */
const HASHED_CHARACTERS = 16_384;

export function artifactWriter(sink: ShardSink): ArtifactWriter {
  const hash = createHash('sha256');
  const pending = gathering();
  let unhashed = '';
  let pendingBytes = 0;
  let rawBytes = 0;
  let count = 0;
  let lastKey: string | undefined;
  let inline: Part[] = [];
  let inlineBytes = 0;
  const shards: Shard[] = [];

  const hashAll = (): void => {
    hash.update(unhashed);
    unhashed = '';
  };

  const spill = async (): Promise<void> => {
    for (const part of inline) {
      if (shards.length === MAX_SHARDS) throw tooLarge(`the result needs more than ${MAX_SHARDS} shards`);
      shards.push(await sink(part, shards.length));
    }
    inline = [];
    inlineBytes = 0;
  };

  const flush = async (): Promise<void> => {
    const gathered = pending.take();
    pendingBytes = 0;
    for (const part of gathered === undefined ? [] : cut(gathered)) {
      inline.push(part);
      inlineBytes += part.data.byteLength;
      if (shards.length > 0 || inlineBytes > INLINE_BYTES) await spill();
    }
  };

  return {
    add(key, value, json = canonicalJson(value)) {
      if (lastKey !== undefined && key <= lastKey)
        throw new Error(`"${key}" came after "${lastKey}": entities must come once each, in order`);
      lastKey = key;
      unhashed += `${JSON.stringify(key)}:${json}\n`;
      if (unhashed.length > HASHED_CHARACTERS) hashAll();
      pending.add(key, value, json);
      pendingBytes += key.length + json.length;
      rawBytes += key.length + json.length;
      count++;
    },
    isFull: () => pending.count >= FLUSH_ENTITIES || pendingBytes >= PART_RAW_BYTES,
    flush,
    async finish() {
      await flush();
      hashAll();
      const summary = { hash: hash.digest('hex').slice(0, HASH_LENGTH), keyed: true, count, rawBytes };
      return shards.length > 0 ? { ...summary, shards } : { ...summary, parts: inline };
    },
  };
}

/** One part, or halves of it until each fits a document. */
function cut(entities: Gathered): Part[] {
  const { first, last, count } = entities;
  const data = packJson(entities.text());
  if (data.byteLength <= INLINE_BYTES) return [{ first, last, count, data }];
  if (count === 1)
    throw tooLarge(`the value of "${first}" is ${data.byteLength} bytes compressed, above ${INLINE_BYTES}`);
  return entities.halves().flatMap(cut);
}

/** What cannot be written as JSON would not be the next time either. */
function storable<T>(what: string, write: () => T): T {
  try {
    return write();
  } catch (thrown) {
    const cause = toError(thrown);
    if (!(cause instanceof TypeError)) throw cause;
    throw new TerminalError('OUTPUT_INVALID', `${what}: ${cause.message}`, { cause });
  }
}

const tooLarge = (what: string): TerminalError =>
  new TerminalError(
    'SHARDING_LIMIT_EXCEEDED',
    `${what}; make the output a z.record of smaller values, which is cut into shards by itself`,
  );
