/** What counts as a rearrangement of the same code: all that a simulation may prove, whatever the days say. */
import { beforeAll, describe, expect, test } from 'vitest';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { featuresOf, pieceIdIn, piecesOf } from '../../../src/mill/model/code-piece.ts';
import type { Manifest } from '../../../src/mill/model/manifest.ts';
import type { Registration } from '../../../src/mill/model/registration.ts';
import { compare } from '../../../src/mill/simulation/compare.ts';
import { HEAD } from '../manifest/project-folder.ts';
import { fixtureProject } from '../../support/fixture-project.ts';

/** `compute`, and what stands before it in its module. */
type Code = readonly [compute: string, declarations?: string | undefined];
type Pair = readonly [title: string, before: Code, after: Code];

const REFACTORINGS: readonly Pair[] = [
  [
    'a variable is extracted',
    ['({ d }) => d.v * 2 + d.w'],
    ['({ d }) => { const twice = d.v * 2; return twice + d.w; }'],
  ],
  [
    'a variable is extracted from what was written twice',
    ['({ d }) => d.v * 2 + d.v'],
    ['({ d }) => { const { v } = d; return v * 2 + v; }'],
  ],
  [
    'a literal gets a name',
    ['({ d }) => (d.v > 30 ? 1 : 0)'],
    ['({ d }) => { const limit = 30; return d.v > limit ? 1 : 0; }'],
  ],
  [
    'a literal gets a name in its module',
    ['({ d }) => (d.v > 30 ? 1 : 0)'],
    ['({ d }) => (d.v > LIMIT ? 1 : 0)', 'const LIMIT = 30;'],
  ],
  [
    'a product of literals gets a name',
    ['({ d }) => d.v / (24 * 60)'],
    ['({ d }) => d.v / DAY', 'const DAY = 24 * 60;'],
  ],
  [
    'a function is extracted',
    ['({ d }) => Math.max(d.v, 0) + d.w'],
    ['({ d }) => positive(d.v) + d.w', 'function positive(value: number) { return Math.max(value, 0); }'],
  ],
  [
    'a function is extracted that another piece calls already',
    ['({ d }) => half(d.v) + Math.round(half(d.w))', 'const half = (value: number) => value / 2;'],
    [
      '({ d }) => half(d.v) + rounded(d.w)',
      'const half = (value: number) => value / 2; const rounded = (value: number) => Math.round(half(value));',
    ],
  ],
  [
    'an arrow becomes a function',
    ['({ d }) => f(d.v)', 'const f = (v: number) => v + 1;'],
    ['({ d }) => f(d.v)', 'function f(v: number) { return v + 1; }'],
  ],
  [
    'a comparison becomes a function',
    ['({ d }) => { let n = 0; if (d.v >= FAR) n++; return n; }', 'const FAR = 1500;'],
    [
      '({ d }) => { let n = 0; if (isFar(d.v)) n++; return n; }',
      'const FAR = 1500; const isFar = (v: number) => v >= FAR;',
    ],
  ],
  [
    'a comparison gets a name, and is turned around',
    ['({ d }) => (d.v < 3 ? d.v : d.w)'],
    ['({ d }) => { const isLarge = d.v >= 3; return isLarge ? d.w : d.v; }'],
  ],
  ['an expression body becomes a block', ['({ d }) => d.v'], ['({ d }) => { return d.v; }']],
  [
    'an if becomes a ternary',
    ['({ d }) => { if (d.v > 3) return d.v; return d.w; }'],
    ['({ d }) => (d.v > 3 ? d.v : d.w)'],
  ],
  ['a condition is turned around', ['({ d }) => (d.v > 3 ? d.v : d.w)'], ['({ d }) => (d.v <= 3 ? d.w : d.v)']],
  ['a comparison is mirrored', ['({ d }) => (d.v > 3 ? d.v : d.w)'], ['({ d }) => (3 < d.v ? d.v : d.w)']],
  [
    'an inequality is turned around',
    ["({ d }) => (d.name === 'a' ? d.v : d.w)"],
    ["({ d }) => (d.name !== 'a' ? d.w : d.v)"],
  ],
  [
    'an assignment is written short',
    ['({ d }) => { let s = 1; s = s + d.v; return s; }'],
    ['({ d }) => { let s = 1; s += d.v; return s; }'],
  ],
  ['parameters are destructured', ['(inputs) => inputs.d.v + inputs.d.w'], ['({ d: { v, w } }) => v + w']],
  [
    'declarations change places',
    ['({ d }) => f(d.v) + g(d.w)', 'const f = (v: number) => v + 1; const g = (v: number) => v * 2;'],
    ['({ d }) => f(d.v) + g(d.w)', 'const g = (v: number) => v * 2; const f = (v: number) => v + 1;'],
  ],
  ['a member is read by its name as a string', ['({ d }) => d.v'], ["({ d }) => d['v']"]],
  [
    'a helper gets another name',
    ['({ d }) => f(d.v)', 'const f = (v: number) => v + 1;'],
    ['({ d }) => next(d.v)', 'const next = (v: number) => v + 1;'],
  ],
  [
    'members of an object change places',
    ["({ d }) => ({ a: 1, b: 2 })[d.name === 'x' ? 'a' : 'b']"],
    ["({ d }) => ({ b: 2, a: 1 })[d.name === 'x' ? 'a' : 'b']"],
  ],
];

/** From expression to expression. */
const edit = (title: string, before: string, after: string, declarations?: string): Pair => [
  title,
  [`({ d, past }) => ${before}`, declarations],
  [`({ d, past }) => ${after}`, declarations],
];

const inModule = (title: string, compute: string, before: string, after: string): Pair => [
  title,
  [`({ d, past }) => ${compute}`, before],
  [`({ d, past }) => ${compute}`, after],
];

const DAYS = (september: string): string =>
  `const DAYS: Record<string, string> = { '08': '31', '09': '${september}', '10': '31' };`;

const CHANGES: Readonly<Record<string, readonly Pair[]>> = {
  'of a table (trials 10 and 11)': [
    inModule('an element', 'd.v / LENGTHS[d.w]!', 'const LENGTHS = [31, 30, 31];', 'const LENGTHS = [31, 31, 30];'),
    inModule('a day of September', "d.v / Number(DAYS[d.name] ?? '30')", DAYS('30'), DAYS('31')),
    inModule(
      'values that change places',
      'd.v * (RATE[d.name] ?? 1)',
      'const RATE: Record<string, number> = { USD: 2, EUR: 3 };',
      'const RATE: Record<string, number> = { USD: 3, EUR: 2 };',
    ),
    inModule(
      'a key',
      'd.v * (RATE[d.name] ?? 1)',
      'const RATE: Record<string, number> = { USD: 2, EUR: 3 };',
      'const RATE: Record<string, number> = { USD: 2, GBP: 3 };',
    ),
    inModule(
      'keys that change places, with names for values',
      'd.v * (RATE[d.name] ?? 1)',
      'const [A, B] = [2, 3]; const RATE: Record<string, number> = { USD: A, EUR: B };',
      'const [A, B] = [3, 2]; const RATE: Record<string, number> = { USD: A, EUR: B };',
    ),
    inModule(
      'named values that change places',
      'd.v * (RATE[d.name] ?? 1)',
      'const A = 2; const B = 3; const RATE: Record<string, number> = { USD: A, EUR: B };',
      'const A = 2; const B = 3; const RATE: Record<string, number> = { USD: B, EUR: A };',
    ),
    inModule(
      'the case of a key',
      'd.v * (RATE[d.name] ?? 1)',
      'const RATE: Record<string, number> = { usd: 2 };',
      'const RATE: Record<string, number> = { USD: 2 };',
    ),
    inModule(
      'numbers of a switch',
      'f(d.name)',
      "const f = (n: string) => { switch (n) { case 'a': return 1; case 'b': return 2; default: return 3; } };",
      "const f = (n: string) => { switch (n) { case 'a': return 1; case 'c': return 2; default: return 3; } };",
    ),
    inModule(
      'entries of a map',
      'MAP.get(d.name) ?? d.v',
      "const MAP = new Map([['a', 1], ['b', 2]]);",
      "const MAP = new Map([['a', 1], ['c', 2]]);",
    ),
  ],
  'of a text (trial 12)': [
    edit('to upper case', 'd.name.length', 'd.name.toUpperCase().length'),
    edit(
      'trimmed',
      'RATE[d.name] ?? 1',
      'RATE[d.name.trim()] ?? 1',
      'const RATE: Record<string, number> = { EUR: 2 };',
    ),
    edit(
      'looked up in upper case',
      'RATE[d.name] ?? 1',
      'RATE[d.name.toUpperCase()] ?? 1',
      'const RATE: Record<string, number> = { EUR: 2 };',
    ),
    edit('normalized', 'd.name.length', 'd.name.normalize().length'),
    edit('includes for startsWith', "(d.name.startsWith('EUR') ? 1 : 0)", "(d.name.includes('EUR') ? 1 : 0)"),
    edit('endsWith for startsWith', "(d.name.startsWith('EUR') ? 1 : 0)", "(d.name.endsWith('EUR') ? 1 : 0)"),
    edit('loosely compared', "(d.name === 'EUR' ? 1 : 0)", "(d.name == 'EUR' ? 1 : 0)"),
    edit('a regular expression with another flag', '(/eur/.test(d.name) ? 1 : 0)', '(/eur/i.test(d.name) ? 1 : 0)'),
    edit('replaced everywhere', "d.name.replace('a', '').length", "d.name.replaceAll('a', '').length"),
    edit('compared by locale', "(d.name < 'EUR' ? 1 : 0)", "(d.name.localeCompare('EUR') < 0 ? 1 : 0)"),
    edit('letters for code points', 'd.name.length', '[...d.name].length'),
  ],
  'of a time (trial 13)': [
    edit(
      'a day in UTC',
      'Number(d.name.slice(0, 10).length)',
      'Number(new Date(d.name).toISOString().slice(0, 10).length)',
    ),
    edit('the other end of a slice', 'd.name.slice(0, 10).length', 'd.name.slice(0, 9).length'),
    edit('from the end', 'd.name.slice(0, 10).length', 'd.name.slice(0, -10).length'),
    edit('local hours', 'new Date(d.v).getUTCHours()', 'new Date(d.v).getHours()'),
    edit('the day of the week for that of the month', 'new Date(d.v).getUTCDay()', 'new Date(d.v).getUTCDate()'),
    edit('an hour more', 'd.v * 24 * 60', 'd.v * 25 * 60'),
  ],
  'of a bound (trial 14)': [
    edit('of a history', '(past.length < 30 ? 0 : d.v)', '(past.length < 31 ? 0 : d.v)'),
    edit('taken in', '(past.length < 30 ? 0 : d.v)', '(past.length <= 30 ? 0 : d.v)'),
    edit('taken in, where nothing is spelled out', '(d.v < d.w ? 0 : d.v)', '(d.v <= d.w ? 0 : d.v)'),
    edit(
      'by a constant of another module place',
      '(past.length < N ? 0 : d.v)',
      '(past.length < N ? 1 : d.v)',
      'const N = 30;',
    ),
    inModule('that a constant gives', '(past.length < N ? 0 : d.v)', 'const N = 30;', 'const N = 31;'),
    edit('of how much is taken', 'past.slice(-7).length', 'past.slice(-8).length'),
    edit('of where it is rounded to', 'Number(d.v.toFixed(2))', 'Number(d.v.toFixed(3))'),
    edit(
      'of a loop',
      '{ let s = 0; for (let i = 0; i < 7; i++) s += d.v; return s; }',
      '{ let s = 0; for (let i = 0; i <= 7; i++) s += d.v; return s; }',
    ),
  ],
  'of the kind that mutation tests make': [
    edit('another operator', 'd.v + d.w', 'd.v - d.w'),
    edit('nothing for nullish', '(d.v || 5)', '(d.v ?? 5)'),
    edit('a guard less', 'd.v?.toFixed(2).length', 'd.v.toFixed(2).length'),
    edit('a rounding more', 'd.v * 2', 'Math.round(d.v * 2)'),
    edit('another rounding', 'Math.round(d.v)', 'Math.floor(d.v)'),
    edit(
      'a statement less',
      '{ const s = [d.v, d.w]; s.sort(); return s[0]!; }',
      '{ const s = [d.v, d.w]; return s[0]!; }',
    ),
    edit(
      'a break less',
      '{ for (const { value } of past) { if (value.v > d.v) break; } return d.w; }',
      '{ for (const { value } of past) { if (value.v > d.v) ; } return d.w; }',
    ),
    edit('a default', '{ const { w = 1 } = d; return w; }', '{ const { w = 2 } = d; return w; }'),
    edit('another member', 'd.v', 'd.w'),
    edit(
      'another helper',
      'f(d.v) + g(d.v)',
      'f(d.v) + f(d.v)',
      'const f = (v: number) => v + 1; const g = (v: number) => v * 2;',
    ),
    edit('an argument less', 'Math.max(d.v, d.w, 0)', 'Math.max(d.v, d.w)'),
    ['an await less', ['async ({ d }) => Number(await d.v)'], ['async ({ d }) => Number(d.v)']],
    edit('an order', '[d.v, d.w].sort((a, b) => a - b)[0]!', '[d.v, d.w].sort((a, b) => a + b)[0]!'),
    edit('a template', '`${d.name}-${d.v}`.length', '`${d.name}_${d.v}`.length'),
    edit('the sides of what is not commutative', 'd.v / 2', '2 / d.v'),
  ],
};

let manifest: Manifest;
const all = [
  ...REFACTORINGS.map((pair) => ['same', pair] as const),
  ...Object.values(CHANGES)
    .flat()
    .map((pair) => ['change', pair] as const),
];
const nameOf = (pair: Pair): string => `c-${all.findIndex(([, each]) => each === pair)}`;

beforeAll(async () => {
  const moduleOf = (name: string, [compute, declarations = '']: Code): string => `${HEAD}
    import { ds } from '../ds.ts';
    ${declarations}
    export const it = defineComputation({
      name: '${name}', category: 'x', needs: { d: document(ds), past: history(ds, 60) }, output: z.number().nullable(), compute: ${compute} });`;
  const files: Record<string, string> = {
    'ds.ts': `${HEAD} export const ds = defineDocument({ name: 'ds', document: z.object({ v: z.number(), w: z.number(), name: z.string() }) });`,
    'computations/ds.ts': "export { ds } from '../ds.ts';",
  };
  for (const [, pair] of all)
    for (const [at, version] of (['before', 'after'] as const).entries())
      files[`computations/${nameOf(pair)}-${version}.ts`] = moduleOf(
        `${nameOf(pair)}-${version}`,
        pair[at + 1] as Code,
      );
  const folder = fixtureProject(files);
  try {
    manifest = await buildManifest({ root: folder.root, directory: 'computations' });
  } finally {
    folder.remove();
  }
});

/** As it is registered after a simulation that ran all of it. */
function registrationOf(computation: string): Registration {
  const pieces = piecesOf(manifest.code, computation);
  const { module = '', fingerprint } = manifest.computations.find(({ name }) => name === computation) ?? {};
  const features = featuresOf(pieces, module);
  // Both versions stand in one project: their own names would tell them apart.
  const named = (text: string): string => text.replaceAll(computation, 'it');
  return {
    code: fingerprint?.code ?? '',
    layer: fingerprint?.layer ?? '',
    simulator: 1,
    registeredMs: 0,
    simulation: { simHash: '0', inputs: '0', days: '00000000' },
    pieces: pieces.map((piece, at) => ({
      id: named(pieceIdIn(piece, module)),
      kind: piece.kind,
      hash: piece.hash,
      features: (features[at] ?? []).map(named),
      place: `${named(piece.module)}:${piece.line}`,
    })),
    numbers: [],
    strings: [],
    comparisons: [],
  };
}

const verdictOn = (pair: Pair) =>
  compare(registrationOf(`${nameOf(pair)}-before`), registrationOf(`${nameOf(pair)}-after`), {
    inputs: '0',
    days: '00000000',
  });

describe('equal days prove it when', () => {
  test.each(REFACTORINGS.map((pair) => [pair[0], pair] as const))('%s', (_, pair) => {
    expect(verdictOn(pair)).toMatchObject({ verdict: 'SAME' });
  });
});

describe.each(Object.entries(CHANGES))('equal days do not prove a change %s:', (_, pairs) => {
  test.each(pairs.map((pair) => [pair[0], pair] as const))('%s', (_title, pair) => {
    expect(verdictOn(pair)).toMatchObject({
      verdict: 'NOT_PROVEN',
      reason: expect.stringMatching(/only a rearrangement can be proven$/),
    });
  });
});
