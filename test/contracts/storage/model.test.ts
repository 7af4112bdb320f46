/** Random sequences of everything that changes a bucket, with and without preconditions, against a model of a few lines. */
import type { Bucket, File } from '@google-cloud/storage';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { howMany } from '../../support/long.ts';
import { refusal, type StorageUnderTest, storageUnderTest } from '../../support/storage-under-test.ts';

const RUNS = howMany('DAYMILL_STORAGE_RUNS', 40, 1_000);
const NAMES = ['a', 'a/1', 'a/2', 'b/c/3', 'b/c/4', '\u{FF5E}', '\u{1F680}'];

interface ModelObject {
  readonly content: string;
  readonly generation: number;
  readonly metageneration: number;
  readonly metadata: Readonly<Record<string, string>>;
}
type Model = Map<string, ModelObject>;

/** What a precondition names: what is there, nothing, or what never was. */
type Expected = 'live' | 'stale' | 'nothing';
interface Conditions {
  readonly ifGenerationMatch?: Expected;
  readonly ifGenerationNotMatch?: Expected;
  readonly ifMetagenerationMatch?: Expected;
  readonly ifMetagenerationNotMatch?: Expected;
}

type Step =
  | { do: 'upload'; name: string; content: string; resumable: boolean; conditions: Conditions }
  | { do: 'patch'; name: string; metadata: Record<string, string | null>; conditions: Conditions }
  | { do: 'copy'; name: string; to: string; conditions: Conditions }
  | { do: 'delete'; name: string; conditions: Conditions }
  | { do: 'read'; name: string; start: number; end: number }
  | { do: 'list'; prefix: string; delimiter: string; maxResults: number };

const name = fc.constantFrom(...NAMES);
const expected = fc.constantFrom<Expected[]>('live', 'live', 'stale', 'nothing');
const conditions: fc.Arbitrary<Conditions> = fc.oneof(
  fc.constant({}),
  fc.record({ ifGenerationMatch: expected }),
  fc.record(
    {
      ifGenerationMatch: expected,
      ifGenerationNotMatch: expected,
      ifMetagenerationMatch: expected,
      ifMetagenerationNotMatch: expected,
    },
    { requiredKeys: [] },
  ),
);
const metadata = fc.dictionary(
  fc.constantFrom('x', 'y', 'z'),
  fc.option(fc.string({ unit: 'grapheme-ascii', maxLength: 3 })),
  {
    noNullPrototype: true,
  },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant('upload' as const),
    name,
    content: fc.string({ maxLength: 20 }),
    resumable: fc.boolean(),
    conditions,
  }),
  fc.record({ do: fc.constant('patch' as const), name, metadata, conditions }),
  fc.record({
    do: fc.constant('copy' as const),
    name,
    to: name,
    conditions: fc.oneof(fc.constant({}), fc.record({ ifGenerationMatch: expected })),
  }),
  fc.record({ do: fc.constant('delete' as const), name, conditions }),
  fc.record({ do: fc.constant('read' as const), name, start: fc.nat({ max: 20 }), end: fc.nat({ max: 20 }) }),
  fc.record({
    do: fc.constant('list' as const),
    prefix: fc.constantFrom('', 'a', 'a/', 'b/', 'b/c/'),
    delimiter: fc.constantFrom('', '/'),
    maxResults: fc.integer({ min: 1, max: 4 }),
  }),
);

let storage: StorageUnderTest;
beforeAll(async () => {
  storage = await storageUnderTest();
});
afterAll(() => storage.close());

test(
  'a bucket is what a map of names would be',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
        const bucket = await storage.bucket();
        const model: Model = new Map();
        for (const step of steps) await take(step, bucket, model);
        const [files] = await bucket.getFiles();
        expect(files.map(({ name }) => name)).toEqual(NAMES.filter((name) => model.has(name)));
        for (const file of files) await expectSame(file, model.get(file.name) as ModelObject);
      }),
      { numRuns: RUNS },
    );
  },
  RUNS * 5_000,
);

async function take(step: Step, bucket: Bucket, model: Model): Promise<void> {
  if (step.do === 'list') return list(step, bucket, model);
  const file = bucket.file(step.name);
  const live = model.get(step.name);
  if (step.do === 'read') return read(step, file, live);
  if (step.do === 'upload') {
    const preconditionOpts = numbers(step.conditions, live);
    const upload = file.save(step.content, { resumable: step.resumable, preconditionOpts });
    if (!holds(step.conditions, live)) return expectCode(upload, 412);
    await upload;
    return made(file, { content: step.content, metadata: {} }, live, model);
  }
  if (step.do === 'patch') {
    const patch = file.setMetadata({ metadata: step.metadata }, numbers(step.conditions, live));
    if (!holds(step.conditions, live)) return expectCode(patch, 412);
    if (live === undefined) return expectCode(patch, 404);
    await patch;
    const merged = Object.entries({ ...live.metadata, ...step.metadata });
    const metadata = Object.fromEntries(merged.filter((entry): entry is [string, string] => entry[1] !== null));
    model.set(step.name, { ...live, metadata, metageneration: live.metageneration + 1 });
    return;
  }
  if (step.do === 'copy') {
    const target = model.get(step.to);
    const preconditionOpts = numbers(step.conditions, target);
    const copy = file.copy(bucket.file(step.to), 'ifGenerationMatch' in preconditionOpts ? { preconditionOpts } : {});
    if (live === undefined) return expectCode(copy, 404);
    if (!holds(step.conditions, target)) return expectCode(copy, 412);
    await copy;
    return made(bucket.file(step.to), live, target, model);
  }
  const removal = file.delete(numbers(step.conditions, live));
  if (!holds(step.conditions, live)) return expectCode(removal, 412);
  if (live === undefined) return expectCode(removal, 404);
  await removal;
  model.delete(step.name);
}

/** The numbers that a request names. */
function numbers(conditions: Conditions, live: ModelObject | undefined): Record<string, number> {
  const number = (field: 'generation' | 'metageneration', expected: Expected): number =>
    expected === 'nothing' ? 0 : expected === 'stale' ? 77 : (live?.[field] ?? 78);
  return Object.fromEntries(
    Object.entries(conditions).map(([name, expected]: [string, Expected]) => [
      name,
      number(name.includes('Metageneration') ? 'metageneration' : 'generation', expected),
    ]),
  );
}

/** By the words of https://cloud.google.com/storage/docs/request-preconditions and of the API's reference. */
function holds(conditions: Conditions, live: ModelObject | undefined): boolean {
  const there = live !== undefined;
  const { ifGenerationMatch, ifGenerationNotMatch, ifMetagenerationMatch, ifMetagenerationNotMatch } = conditions;
  return (
    (ifGenerationMatch === undefined || (there ? ifGenerationMatch === 'live' : ifGenerationMatch === 'nothing')) &&
    (ifGenerationNotMatch === undefined || (there && ifGenerationNotMatch !== 'live')) &&
    (ifMetagenerationMatch === undefined || (there && ifMetagenerationMatch === 'live')) &&
    (ifMetagenerationNotMatch === undefined || !there || ifMetagenerationNotMatch !== 'live')
  );
}

async function expectCode(operation: Promise<unknown>, code: number): Promise<void> {
  expect(await refusal(operation)).toMatchObject({ code });
}

/** Reads the generation of what was made: greater than the one that it replaces. */
async function made(
  file: File,
  object: Pick<ModelObject, 'content' | 'metadata'>,
  old: ModelObject | undefined,
  model: Model,
): Promise<void> {
  const generation = Number((await file.getMetadata())[0].generation);
  expect(generation).toBeGreaterThan(old?.generation ?? 0);
  model.set(file.name, { content: object.content, metadata: object.metadata, generation, metageneration: 1 });
}

async function read(
  { start, end }: { start: number; end: number },
  file: File,
  live: ModelObject | undefined,
): Promise<void> {
  const download = file.download({ start, end });
  if (live === undefined) return expectCode(download, 404);
  const bytes = Buffer.from(live.content);
  // A range that ends before it begins is no range.
  if (end < start) return expect((await download)[0]).toEqual(bytes);
  if (start >= bytes.length) return expectCode(download, 416);
  expect((await download)[0]).toEqual(bytes.subarray(start, end + 1));
}

async function list(
  { prefix, delimiter, maxResults }: { prefix: string; delimiter: string; maxResults: number },
  bucket: Bucket,
  model: Model,
): Promise<void> {
  const found: string[] = [];
  let query: object | null = { prefix, delimiter, maxResults, autoPaginate: false };
  while (query !== null) {
    const [files, next, answer]: [File[], object | null, unknown] = await bucket.getFiles(query);
    const { prefixes = [] } = answer as { prefixes?: string[] };
    expect(files.length + prefixes.length).toBeLessThanOrEqual(maxResults);
    found.push(...files.map(({ name }) => name), ...prefixes);
    query = next;
  }
  const folder = (name: string): string => {
    const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
    return at === -1 ? name : name.slice(0, at + 1);
  };
  const names = NAMES.filter((name) => model.has(name) && name.startsWith(prefix));
  expect(found.sort()).toEqual([...new Set(names.map(folder))].sort());
}

async function expectSame(file: File, { content, generation, metageneration, metadata }: ModelObject): Promise<void> {
  const { metadata: shown } = file;
  expect([Number(shown.generation), Number(shown.metageneration)]).toEqual([generation, metageneration]);
  expect(shown.metadata ?? {}).toEqual(metadata);
  expect((await file.download())[0].toString()).toBe(content);
}
