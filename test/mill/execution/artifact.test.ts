/** Artifacts: what is written can be read again, is hashed by its content alone, and is cut where it must be. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TerminalError } from '../../../src/errors.ts';
import { type ArtifactWriter, artifactWriter, writeArtifact } from '../../../src/mill/execution/artifact-writer.ts';
import { FLUSH_ENTITIES, INLINE_BYTES, MAX_SHARDS, PART_RAW_BYTES } from '../../../src/mill/execution/limits.ts';
import type { Artifact } from '../../../src/mill/model/artifact.ts';
import { canonicalJson } from '../../../src/values/canonical.ts';
import { Hash } from '../../../src/values/hash.ts';
import { Shards } from './given.ts';

/** Text that does not compress, the same each time. */
function noise(length: number, seed = 1): string {
  let state = seed >>> 0;
  const codes: number[] = [];
  while (codes.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    codes.push(35 + ((state >>> 16) % 57));
  }
  let text = '';
  for (let start = 0; start < length; start += 8_192) text += String.fromCharCode(...codes.slice(start, start + 8_192));
  return text.slice(0, length).replaceAll('\\', '/');
}

const keys = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '', '0', 'é', '\u2028'),
);
const jsonValues = fc.oneof(
  fc.jsonValue({ noUnicodeString: false }),
  fc.constantFrom<unknown>(-0, 1e-320, '\uD800', {}),
);
const records = fc
  .array(fc.tuple(keys, jsonValues))
  .map((pairs) => Object.fromEntries(pairs) as Record<string, unknown>);

/** As a reader of canonical JSON sees a value. */
const asStored = (value: unknown): unknown => JSON.parse(canonicalJson(value));

describe('a whole value', () => {
  test('comes back as it went, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(jsonValues, async (value) => {
        const artifact = await writeArtifact(value, false, new Shards().sink);
        expect(new Shards().valueOf(artifact)).toEqual(asStored(value));
        expect(Hash.safeParse(artifact.hash).success).toBe(true);
      }),
    );
  });

  test('has a hash of its content: the order of keys and the sign of zero are none', async () => {
    const hashes = await Promise.all(
      [
        { a: 0, b: 1 },
        { b: 1, a: -0 },
        { a: 0, b: 2 },
      ].map(async (value) => (await writeArtifact(value, false, new Shards().sink)).hash),
    );
    expect(hashes[0]).toBe(hashes[1]);
    expect(hashes[2]).not.toBe(hashes[0]);
  });

  test('above one document cannot be cut, and says what to do', async () => {
    const failure = writeArtifact(noise(2 * INLINE_BYTES), false, new Shards().sink);
    await expect(failure).rejects.toBeInstanceOf(TerminalError);
    await expect(failure).rejects.toMatchObject({
      code: 'SHARDING_LIMIT_EXCEEDED',
      message: expect.stringContaining('make the output a z.record of smaller values'),
    });
  });
});

describe('a record', () => {
  test('comes back as it went, in key order, whatever its keys', async () => {
    await fc.assert(
      fc.asyncProperty(records, async (record) => {
        const artifact = await writeArtifact(record, true, new Shards().sink);
        const found = new Shards().entriesOf(artifact);
        expect(found.map(([key]) => key)).toEqual(Object.keys(record).sort());
        for (const [key, value] of found) expect(value).toEqual(asStored(record[key]));
        expect(artifact.count).toBe(found.length);
      }),
    );
  });

  test('keeps __proto__ as an entity like any other', async () => {
    const record = JSON.parse('{"__proto__": {"a": 1}, "a": 2}') as Record<string, unknown>;
    const artifact = await writeArtifact(record, true, new Shards().sink);
    expect(new Shards().entriesOf(artifact)).toEqual([
      ['__proto__', { a: 1 }],
      ['a', 2],
    ]);
  });

  test('has the same hash however it is cut, and another for any other content', async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.infiniteStream(fc.boolean()), async (record, cuts) => {
        const whole = await writeArtifact(record, true, new Shards().sink);
        const writer = artifactWriter(new Shards().sink);
        for (const key of Object.keys(record).sort()) {
          writer.add(key, record[key]);
          if (cuts.next().value) await writer.flush();
        }
        const cut = await writer.finish();
        expect({ ...cut, parts: 0 }).toEqual({ ...whole, parts: 0 });
        const other = await writeArtifact({ ...record, 'one more': 1 }, true, new Shards().sink);
        expect(other.hash).not.toBe(whole.hash);
      }),
    );
  });
});

describe('entities that are alike', () => {
  const plain = fc.oneof(
    fc.string(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const names = fc.uniqueArray(
    fc.oneof(fc.string(), fc.constantFrom('constructor', '10', '9', 'toString', 'valueOf')),
    {
      maxLength: 5,
    },
  );
  const alike = names.chain((keys) =>
    fc.array(fc.tuple(...keys.map(() => plain)), { maxLength: 30 }).map((rows) =>
      // Their keys in another order each time: it is none.
      rows.map((row, at) => {
        const members = keys.map((key, index) => [key, row[index]] as const);
        return Object.fromEntries([...members.slice(at % 5), ...members.slice(0, at % 5)]);
      }),
    ),
  );

  const stored = async (values: readonly unknown[]): Promise<readonly (readonly [string, unknown])[]> => {
    const writer = artifactWriter(new Shards().sink);
    for (const [at, value] of values.entries()) writer.add(`e${String(at).padStart(3, '0')}`, value);
    return new Shards().entriesOf(await writer.finish());
  };

  test('come back as they went, with one among them that is not alike, too', async () => {
    await fc.assert(
      fc.asyncProperty(alike, fc.option(fc.tuple(fc.nat(), jsonValues)), async (values, other) => {
        const all = other === null ? values : values.toSpliced(other[0] % (values.length + 1), 0, other[1] as never);
        const found = await stored(all);
        expect(found.map(([, value]) => JSON.stringify(value))).toEqual(
          all.map((value) => JSON.stringify(asStored(value))),
        );
      }),
    );
  });

  test('take fewer bytes than those that are not', async () => {
    const random = noise(2_000);
    const values = Array.from({ length: 1_000 }, (_, at) => ({
      origin: ['ORD', 'LAX', 'ATL', 'DFW', 'PHX'][random.charCodeAt(at) % 5],
      minute: (random.charCodeAt(at) * 57 + random.charCodeAt(at + 1_000)) % 1_440,
    }));
    const size = async (all: readonly unknown[]): Promise<number> => {
      const writer = artifactWriter(new Shards().sink);
      for (const [at, value] of all.entries()) writer.add(`e${String(at).padStart(4, '0')}`, value);
      const [part] = new Shards().partsOf(await writer.finish());
      return part?.data.byteLength ?? 0;
    };
    expect(await size(values)).toBeLessThan(0.8 * (await size([...values, { origin: [], minute: 0 }])));
  });

  test('are stored as they were when they were added', async () => {
    const entity: Record<string, unknown> = { a: 1, b: 'x' };
    const writer = artifactWriter(new Shards().sink);
    writer.add('first', entity);
    entity['a'] = 2;
    writer.add('second', entity);
    entity['b'] = [];
    expect(new Shards().entriesOf(await writer.finish())).toEqual([
      ['first', { a: 1, b: 'x' }],
      ['second', { a: 2, b: 'x' }],
    ]);
  });

  test('are halved as others are', async () => {
    const shards = new Shards();
    const writer = artifactWriter(shards.sink);
    const values = Array.from({ length: 8 }, (_, at) => ({ text: noise(400_000, at + 1), at }));
    for (const [at, value] of values.entries()) writer.add(`e${at}`, value);
    const artifact = await writer.finish();
    expect(shards.partsOf(artifact).map(({ first, last, count }) => [first, last, count])).toEqual([
      ['e0', 'e1', 2],
      ['e2', 'e3', 2],
      ['e4', 'e5', 2],
      ['e6', 'e7', 2],
    ]);
    expect(shards.entriesOf(artifact).map(([, value]) => value)).toEqual(values);
  });
});

describe('parts', () => {
  const fill = (writer: ArtifactWriter, count: number, value: (index: number) => unknown): void => {
    for (let index = 0; index < count; index++) writer.add(`e${String(index).padStart(6, '0')}`, value(index));
  };

  test('are full at 5,000 entities', () => {
    const writer = artifactWriter(new Shards().sink);
    fill(writer, FLUSH_ENTITIES - 1, () => 1);
    expect(writer.isFull()).toBe(false);
    writer.add('f', 1);
    expect(writer.isFull()).toBe(true);
  });

  test('are full at three megabytes', () => {
    const writer = artifactWriter(new Shards().sink);
    writer.add('a', 'x'.repeat(PART_RAW_BYTES));
    expect(writer.isFull()).toBe(true);
  });

  test('stay in one document while they fit there together', async () => {
    const shards = new Shards();
    const writer = artifactWriter(shards.sink);
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      writer.add(key, noise(200_000, index + 1));
      await writer.flush();
    }
    const artifact = await writer.finish();
    expect(shards.parts.size).toBe(0);
    expect(shards.partsOf(artifact).map(({ first, last, count }) => [first, last, count])).toEqual([
      ['a', 'a', 1],
      ['b', 'b', 1],
      ['c', 'c', 1],
    ]);
  });

  test('become shards, those before as well, once they do not', async () => {
    const shards = new Shards();
    const writer = artifactWriter(shards.sink);
    const values = ['a', 'b', 'c', 'd'].map((key, index) => [key, noise(400_000, index + 1)] as const);
    for (const [key, value] of values) {
      writer.add(key, value);
      await writer.flush();
    }
    const artifact = await writer.finish();
    expect('shards' in artifact && artifact.shards.map(({ id, first }) => [id, first])).toEqual([
      ['g-0000', 'a'],
      ['g-0001', 'b'],
      ['g-0002', 'c'],
      ['g-0003', 'd'],
    ]);
    expect(shards.entriesOf(artifact)).toEqual(values);
    for (const { data } of shards.parts.values()) expect(data.byteLength).toBeLessThanOrEqual(INLINE_BYTES);
  });

  test('too large for a document are halved until they fit', async () => {
    const shards = new Shards();
    const writer = artifactWriter(shards.sink);
    fill(writer, 8, (index) => noise(400_000, index + 1));
    const artifact = await writer.finish();
    expect(shards.partsOf(artifact).map(({ count }) => count)).toEqual([2, 2, 2, 2]);
    expect(shards.entriesOf(artifact)).toHaveLength(8);
  });

  test('of one value that is too large cannot be cut: its key is named', async () => {
    const writer = artifactWriter(new Shards().sink);
    writer.add('small', 1);
    writer.add('whale', noise(2 * INLINE_BYTES));
    await expect(writer.finish()).rejects.toMatchObject({
      code: 'SHARDING_LIMIT_EXCEEDED',
      message: expect.stringContaining('the value of "whale" is'),
    });
  });

  test('beyond two thousand shards are refused', async () => {
    const writer = artifactWriter(async ({ first, last, count }, index) => ({ first, last, count, id: String(index) }));
    // Three large parts do not fit one document; from then on every part is a shard.
    const large = [1, 2, 3].map((seed) => noise(500_000, seed));
    let artifact: Artifact | undefined;
    const overflow = async (): Promise<void> => {
      for (let index = 0; index <= MAX_SHARDS; index++) {
        writer.add(`e${String(index).padStart(6, '0')}`, large[index] ?? index);
        await writer.flush();
      }
      artifact = await writer.finish();
    };
    await expect(overflow()).rejects.toMatchObject({
      code: 'SHARDING_LIMIT_EXCEEDED',
      message: expect.stringContaining(`more than ${MAX_SHARDS} shards`),
    });
    expect(artifact).toBeUndefined();
  });

  test.each([
    ['twice', 'a'],
    ['out of order', 'Z'],
  ])('refuse a key that comes %s', (_, key) => {
    const writer = artifactWriter(new Shards().sink);
    writer.add('a', 1);
    expect(() => writer.add(key, 2)).toThrow('entities must come once each, in order');
  });

  test('have nothing of a value that JSON has no word for', async () => {
    const writer = artifactWriter(new Shards().sink);
    expect(() => writer.add('a', Number.NaN)).toThrow(TypeError);
    writer.add('b', 1);
    const artifact = await writer.finish();
    expect(new Shards().entriesOf(artifact)).toEqual([['b', 1]]);
    expect(artifact.hash).toBe((await writeArtifact({ b: 1 }, true, new Shards().sink)).hash);
  });
});
