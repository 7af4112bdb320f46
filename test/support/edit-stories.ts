/** Random stories: a small graph with data, and edits between runs, as text that people can read when a law breaks. */
import * as fc from 'fast-check';
import { addDays, type Day, daysFrom } from '../../src/values/date.ts';
import { behaviourOf } from '../../src/mill/model/vector.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import { fingerprintAt, graphAt, printGraph, type Versions } from './graph.ts';
import type { Semantics, World } from './toy-mill.ts';

/** A Saturday: two days later another year begins, and another book. */
const FIRST_DAY = '2023-12-30';
const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** Of the last, documents that change now and then, some lie before the grid. */
const DATASETS = ['x', 'y', 'z', 'w'];
const firstDayOf = (of: string): Day => (of === 'w' ? addDays(FIRST_DAY, -3) : FIRST_DAY);

export type Edit =
  /** New code; half of the time it does what the old code did. */
  | { readonly edit: 'code'; readonly name: string }
  /** The code before. */
  | { readonly edit: 'revert'; readonly name: string }
  /** It does something else under the same fingerprint. */
  | { readonly edit: 'unseen'; readonly name: string }
  /** Only comments or layout changed: the fingerprint is the same. */
  | { readonly edit: 'cosmetic' }
  /** What was proven of its code does not count any more, or does again. */
  | { readonly edit: 'doubt'; readonly name: string }
  /** Its skips are not trusted any more, or are again. */
  | { readonly edit: 'distrust'; readonly name: string }
  /** Its category or description: nothing that data depends on. */
  | { readonly edit: 'move'; readonly name: string }
  | { readonly edit: 'rewire'; readonly name: string }
  | { readonly edit: 'add or remove'; readonly name: string }
  | { readonly edit: 'data'; readonly dataset: string; readonly day: number; readonly content: number }
  | { readonly edit: 'remove data'; readonly dataset: string; readonly day: number }
  | { readonly edit: 'trouble'; readonly name: string; readonly day: number; readonly kind: 'error' | 'death' }
  /** All its dates fail alike. */
  | { readonly edit: 'outage'; readonly name: string }
  /** A person asks for a cell to be made again. */
  | { readonly edit: 'ask'; readonly name: string; readonly day: number }
  | { readonly edit: 'epoch' }
  | { readonly edit: 'another day' }
  /** An earlier target: what is settled after it stays. */
  | { readonly edit: 'a day less' };

interface Slot {
  /** Its needs, and what they become when it is rewired. */
  readonly needs: readonly [readonly string[], readonly string[]];
  /** Results are numbers below this: with 2 an input may change and the result stay. */
  readonly range: number;
  /** Throws on a quarter of its inputs. */
  readonly fragile: boolean;
}

export interface Story {
  readonly slots: readonly Slot[];
  readonly days: number;
  /** Content by dataset and day of the first days; null is a day without data. */
  readonly data: readonly (readonly (number | null)[])[];
  /** Between two runs. */
  readonly edits: readonly (readonly Edit[])[];
  readonly byHand: boolean;
  /** Whether new code that does what the old code did is proven to. */
  readonly proves: boolean;
  /** Computations whose skips are not trusted from the start. */
  readonly distrusts: readonly string[];
  readonly seed: number;
}

const content = fc.integer({ min: 0, max: 3 });
const day = fc.integer({ min: 0, max: 7 });

function needsOf(index: number): fc.Arbitrary<string[]> {
  const days = fc.integer({ min: 1, max: 3 });
  const roots = [
    fc.constantFrom('dataset x', 'dataset x joined z'),
    fc.constantFrom('document y', 'latest w'),
    fc.constant('previous'),
    fc.constant('previous'),
    days.map((count) => `history ${count}`),
    days.map((count) => `history y ${count}`),
    fc.tuple(fc.constantFrom('y', ...NAMES.slice(0, index)), days).map(([of, count]) => `previous seed ${of} ${count}`),
  ];
  const earlier = NAMES.slice(0, index);
  const others =
    earlier.length === 0
      ? []
      : [
          { weight: 10, arbitrary: fc.constantFrom(...earlier) },
          {
            weight: 3,
            arbitrary: fc.tuple(fc.constantFrom(...earlier), days).map(([of, count]) => `history ${of} ${count}`),
          },
        ];
  const need = fc.oneof(...roots.map((arbitrary) => ({ weight: 1, arbitrary })), ...others);
  return fc.uniqueArray(need, { minLength: index === 0 ? 1 : 0, maxLength: 3 });
}

const slot = (index: number): fc.Arbitrary<Slot> =>
  fc.record({
    needs: fc.tuple(needsOf(index), needsOf(index)),
    range: fc.constantFrom(2, 2, 3, 1_000_000_007),
    fragile: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });

const name = fc.constantFrom(...NAMES);
const dataset = fc.constantFrom(...DATASETS);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: name.map((of): Edit => ({ edit: 'code', name: of })) },
  { weight: 8, arbitrary: name.map((of): Edit => ({ edit: 'revert', name: of })) },
  { weight: 2, arbitrary: name.map((of): Edit => ({ edit: 'unseen', name: of })) },
  { weight: 1, arbitrary: fc.constant<Edit>({ edit: 'cosmetic' }) },
  { weight: 1, arbitrary: name.map((of): Edit => ({ edit: 'doubt', name: of })) },
  { weight: 1, arbitrary: name.map((of): Edit => ({ edit: 'distrust', name: of })) },
  { weight: 1, arbitrary: name.map((of): Edit => ({ edit: 'move', name: of })) },
  { weight: 2, arbitrary: name.map((of): Edit => ({ edit: 'rewire', name: of })) },
  { weight: 2, arbitrary: name.map((of): Edit => ({ edit: 'add or remove', name: of })) },
  { weight: 5, arbitrary: fc.record({ edit: fc.constant('data' as const), dataset, day, content }) },
  { weight: 3, arbitrary: fc.record({ edit: fc.constant('remove data' as const), dataset, day }) },
  {
    weight: 3,
    arbitrary: fc.record({
      edit: fc.constant('trouble' as const),
      name,
      day,
      kind: fc.constantFrom('error' as const, 'death' as const),
    }),
  },
  { weight: 2, arbitrary: name.map((of): Edit => ({ edit: 'outage', name: of })) },
  { weight: 4, arbitrary: fc.record({ edit: fc.constant('ask' as const), name, day }) },
  { weight: 1, arbitrary: fc.constant<Edit>({ edit: 'epoch' }) },
  { weight: 2, arbitrary: fc.constant<Edit>({ edit: 'another day' }) },
  { weight: 2, arbitrary: fc.constant<Edit>({ edit: 'a day less' }) },
);

export const story: fc.Arbitrary<Story> = fc.record({
  slots: fc
    .integer({ min: 1, max: NAMES.length })
    .chain((count) => fc.tuple(...NAMES.slice(0, count).map((_, i) => slot(i)))),
  days: fc.integer({ min: 2, max: 7 }),
  data: fc.array(
    fc.array(fc.oneof({ weight: 4, arbitrary: content }, { weight: 1, arbitrary: fc.constant(null) }), {
      minLength: 5,
      maxLength: 5,
    }),
    {
      minLength: DATASETS.length,
      maxLength: DATASETS.length,
    },
  ),
  edits: fc.array(fc.array(edit, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 6 }),
  byHand: fc.boolean(),
  proves: fc.boolean(),
  distrusts: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(NAMES) }),
  seed: fc.integer(),
});

/** The worlds of a story, one for each run: the first, then one after each batch of edits. */
export function* worldsOf({ slots, days, data, edits, byHand, proves, distrusts }: Story): Generator<World> {
  const code: Record<string, number> = {};
  const unseen: Record<string, number> = {};
  const rewired = new Set<string>();
  const removed = new Set<string>();
  const doubted = new Set<string>();
  const moved = new Set<string>();
  const distrusted = new Set(distrusts);
  let epoch = 1;
  let length = days;
  const contents = new Map(
    DATASETS.map((of, index) => [
      of,
      new Map(
        (data[index] ?? []).flatMap((value, at) =>
          value === null ? [] : [[addDays(firstDayOf(of), at), value] as [Day, number]],
        ),
      ),
    ]),
  );
  for (const batch of [[], ...edits]) {
    const trouble = new Map<string, 'error' | 'death'>();
    const asked = new Set<string>();
    for (const one of batch) {
      switch (one.edit) {
        case 'code':
          code[one.name] = (code[one.name] ?? 1) + 1;
          break;
        case 'revert':
          code[one.name] = Math.max(1, (code[one.name] ?? 1) - 1);
          break;
        case 'unseen':
          // What goes on for ever is given up: see mill/model/distrust.ts.
          unseen[one.name] = Math.min(2, (unseen[one.name] ?? 0) + 1);
          break;
        case 'cosmetic':
          break;
        case 'doubt':
          toggle(doubted, one.name);
          break;
        case 'distrust':
          toggle(distrusted, one.name);
          break;
        case 'move':
          toggle(moved, one.name);
          break;
        case 'rewire':
          toggle(rewired, one.name);
          break;
        case 'add or remove':
          toggle(removed, one.name);
          break;
        case 'data':
          contents.get(one.dataset)?.set(addDays(firstDayOf(one.dataset), one.day), one.content);
          break;
        case 'remove data':
          contents.get(one.dataset)?.delete(addDays(firstDayOf(one.dataset), one.day));
          break;
        case 'trouble':
          trouble.set(`${one.name}@${addDays(FIRST_DAY, one.day)}`, one.kind);
          break;
        case 'outage':
          for (const at of daysFrom(FIRST_DAY, addDays(FIRST_DAY, length))) trouble.set(`${one.name}@${at}`, 'error');
          break;
        case 'ask':
          asked.add(`${one.name}@${addDays(FIRST_DAY, one.day)}`);
          break;
        case 'epoch':
          epoch++;
          break;
        case 'another day':
          length++;
          break;
        case 'a day less':
          length = Math.max(1, length - 1);
          break;
      }
    }
    yield {
      manifest: relabelled(
        graphAt({ code: { ...code }, epoch } satisfies Versions, ...linesOf(slots, rewired, removed)),
        moved,
      ),
      semantics: semanticsOf(slots, { ...code }, { ...unseen }),
      data: new Map([...contents].map(([of, values]) => [of, new Map(values)])),
      from: FIRST_DAY,
      to: addDays(FIRST_DAY, length - 1),
      trouble,
      asked,
      byHand,
      distrusted: new Set(distrusted),
      unseen: new Set(Object.keys(unseen)),
      equivalents: proves ? equivalentsOf(code, doubted) : new Map(),
    };
  }
}

const relabelled = (manifest: Manifest, moved: ReadonlySet<string>): Manifest => ({
  ...manifest,
  computations: manifest.computations.map((one) => (moved.has(one.name) ? { ...one, category: 'elsewhere' } : one)),
});

/** Versions come in pairs that do the same. */
function equivalentsOf(code: Readonly<Record<string, number>>, doubted: ReadonlySet<string>): Map<string, string[]> {
  const proven = NAMES.filter((of) => !doubted.has(of)).map((of): [string, string[]] => {
    const version = code[of] ?? 1;
    return [of, [version, version ^ 1].map((each) => behaviourOf(fingerprintAt({ code: { [of]: each } }, of)))];
  });
  return new Map(proven);
}

function toggle(set: Set<string>, of: string): void {
  if (!set.delete(of)) set.add(of);
}

function linesOf(slots: readonly Slot[], rewired: ReadonlySet<string>, removed: ReadonlySet<string>): string[] {
  return slots.flatMap(({ needs }, index) => {
    const of = NAMES[index] ?? '';
    if (removed.has(of)) return [];
    // Who reads a computation that is gone stops doing so.
    const kept = needs[rewired.has(of) ? 1 : 0].filter((need) => {
      const [, read = ''] = /(?:^|history |seed )([a-z]+)(?: \d+)?$/.exec(need) ?? [];
      return !removed.has(read);
    });
    return [`${of}: ${kept.join(' ')}`];
  });
}

/** A mix of all that was read, cut to the computation's range; every second version of the code does what the one before did. */
const semanticsOf =
  (
    slots: readonly Slot[],
    code: Readonly<Record<string, number>>,
    unseen: Readonly<Record<string, number>>,
  ): Semantics =>
  (of, inputs) => {
    const known = slots[NAMES.indexOf(of)];
    if (known === undefined) throw new Error(`no computation is called ${of}`);
    let mixed = mix(
      2_166_136_261,
      [of, (code[of] ?? 1) >> 1, ...(unseen[of] === undefined ? [] : [unseen[of]])].join(' '),
    );
    for (const [id, values] of [...inputs].sort(([left], [right]) => (left < right ? -1 : 1))) {
      mixed = mix(mixed, id);
      for (const [date, value] of values) mixed = mix(mixed, `${date} ${value}`);
    }
    if (known.fragile && (mixed >>> 7) % 4 === 0) return undefined;
    return mixed % known.range;
  };

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
function mix(state: number, text: string): number {
  let mixed = state;
  for (let index = 0; index < text.length; index++) mixed = Math.imul(mixed ^ text.charCodeAt(index), 16_777_619) >>> 0;
  return mixed;
}

/** The story as people tell it. */
export function tell(told: Story): string {
  const worlds = [...worldsOf(told)];
  const lines: string[] = [];
  for (const [index, world] of worlds.entries()) {
    const batch = index === 0 ? ['at first'] : (told.edits[index - 1] ?? []).map(tellEdit);
    lines.push(`${index + 1}. ${batch.join('; ')}`);
    lines.push(printGraph(world.manifest));
    for (const of of DATASETS) {
      const days = daysFrom(firstDayOf(of), world.to).map((date) => world.data.get(of)?.get(date) ?? '-');
      lines.push(`  data of ${of} from ${firstDayOf(of)}: ${days.join(' ')}`);
    }
  }
  const ranges = told.slots.map(
    ({ range, fragile }, index) => `${NAMES[index]} < ${range}${fragile ? ' or throws' : ''}`,
  );
  return [
    `results: ${ranges.join(', ')}; from ${FIRST_DAY}${told.byHand ? ', by hand' : ', pass by pass'}`,
    ...lines,
  ].join('\n');
}

function tellEdit(one: Edit): string {
  if (one.edit === 'data') return `${one.dataset} of day ${one.day + 1} becomes ${one.content}`;
  if (one.edit === 'remove data') return `${one.dataset} of day ${one.day + 1} goes`;
  if (one.edit === 'ask') return `${one.name} of day ${one.day + 1} is asked for`;
  if (one.edit === 'trouble') return `${one.name} of day ${one.day + 1} has ${one.kind}`;
  return 'name' in one ? `${one.edit} ${one.name}` : one.edit;
}
