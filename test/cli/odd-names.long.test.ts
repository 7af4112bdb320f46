/** Names that every object has, wherever an author may choose a name: they are names like any other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { normalizeName } from '../../src/values/name.ts';
import { daymill } from '../support/daymill-process.ts';
import { fixtureProject, type FixtureProject } from '../support/fixture-project.ts';

/** `constructor`, `__proto__`, `toString`, `at`, `then` … */
const NAMES = [
  ...new Set(
    [Object, Array, Function, Promise, Map, String]
      .flatMap((owner) => [owner, owner.prototype as object])
      .flatMap((owner) => Object.getOwnPropertyNames(owner)),
  ),
];

const FIRST = ['constructor', 'to-string', 'prototype', 'then'];
const [DATASET = '', DOCUMENT = '', CATEGORY = '', ...OTHERS] = [
  ...new Set(NAMES.flatMap((name) => normalizeName(name) ?? [])),
].filter((name) => !FIRST.includes(name));

/** After the first, which is kept by entity, each reads the one before it. */
const COMPUTATIONS = [...FIRST, ...OTHERS.slice(0, 1)];

const DATA = `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const entities = defineDataset({
  name: '${DATASET}', entity: z.object({ constructor: z.string(), n: z.number() }), id: (entity) => entity.constructor,
  source: {
    file: 'entities.csv', format: 'csv', dateColumn: 'valueOf',
    parse: (row) => ({ constructor: String(row.constructor), n: Number(row['hasOwnProperty']) }),
  },
});
export const settings = defineDocument({
  name: '${DOCUMENT}', document: z.record(z.string(), z.number()),
  source: { file: 'settings.csv', format: 'csv', dateColumn: 'then', parse: (row) => ({ toString: Number(row.toString) }) },
});`;

const codeOf = (step: number): string => `
import { z } from 'zod';
import { dataset, defineComputation, dependency, document, previous } from 'daymill';
import { entities, settings } from './datasets.ts';
const c0 = defineComputation({
  name: 'constructor', category: '${CATEGORY}', tags: ['valueOf'], productLines: ['constructor'],
  needs: { constructor: dataset(entities), hasOwnProperty: previous(), ['__proto__']: document(settings) },
  output: z.record(z.string(), z.number()),
  perEntity: ({ n }, { id, inputs }) => n + (inputs.hasOwnProperty?.[id] ?? 0) + inputs['__proto__'].toString,
});
const c1 = defineComputation({
  name: '${COMPUTATIONS[1]}', category: 'toString', needs: { then: dependency(c0) },
  output: z.object({ constructor: z.number() }),
  compute: ({ then }) => ({ constructor: Object.keys(then).length }),
});
${COMPUTATIONS.slice(2)
  .map(
    (name, index) => `const c${index + 2} = defineComputation({
  name: '${name}', category: '${name}', needs: { '${NAMES[index]}': dependency(c${index + 1}) },
  output: z.object({ constructor: z.number() }),
  compute: (inputs) => ({ constructor: inputs['${NAMES[index]}'].constructor + ${step} }),
});`,
  )
  .join('\n')}
export { ${COMPUTATIONS.map((_, index) => `c${index} as '${['constructor', ...NAMES][index]}'`).join(', ')} };
`;

/** The second day has entities that the first has not, so that their yesterday is looked up in vain. */
const ENTITIES = [NAMES.filter((_, index) => index % 2 === 0), NAMES];
const DAYS = ['2024-03-01', '2024-03-02'];
const CELLS = COMPUTATIONS.length * DAYS.length;
const LAST = COMPUTATIONS.at(-1) ?? '';

describe('a project whose names are those that every object has', () => {
  let project: FixtureProject;
  beforeAll(() => {
    const rows = DAYS.flatMap((date, day) => (ENTITIES[day] ?? []).map((name) => `${date},${name},${day + 1}\n`));
    project = fixtureProject({
      'computations/datasets.ts': DATA,
      'computations/c.ts': codeOf(1),
      'entities.csv': `valueOf,constructor,hasOwnProperty\n${rows.join('')}`,
      'settings.csv': `then,toString\n${DAYS.map((date) => `${date},100\n`).join('')}`,
      'package.json': JSON.stringify({
        type: 'module',
        daymill: { computations: 'computations', from: DAYS[0], date: DAYS[1], simulate: false },
      }),
    });
  });
  afterAll(() => project.remove());

  const answer = async <T>(...args: string[]): Promise<T> => {
    const ended = await daymill(project, [...args, '--json']);
    expect({ code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({ code: 0, stderr: '' });
    return ended.json<T>();
  };
  const cells = async (): Promise<unknown> => (await answer<{ cells: unknown }>('plan')).cells;
  const valueOf = async (...args: string[]): Promise<unknown> =>
    (await answer<{ value: unknown }>('results', ...args)).value;

  test('is planned and run', async () => {
    expect(await cells()).toMatchObject({ RUN: CELLS, SKIP: 0 });
    expect(await answer('run')).toMatchObject({ completed: CELLS, failed: 0 });
  });

  test('comes to what its code says', async () => {
    const values = (await valueOf('constructor', '2024-03-02')) as Record<string, number>;
    const wasThere = (name: string): boolean => ENTITIES[0]?.includes(name) === true;
    const expected = NAMES.map((name) => [name, 102 + (wasThere(name) ? 101 : 0)] as const);
    expect(new Map(Object.entries(values))).toEqual(new Map(expected));
    expect(await valueOf(LAST, '2024-03-02')).toEqual({ constructor: NAMES.length + COMPUTATIONS.length - 2 });
  });

  test('has nothing to run after that', async () => {
    expect(await cells()).toMatchObject({ RUN: 0, RERUN: 0, SKIP: CELLS });
  });

  test('is reported, explained and compared like any other', async () => {
    expect(await answer('report')).toMatchObject({ counted: CELLS, discrepancies: [] });
    expect(await answer('explain', 'constructor', '2024-03-02')).toMatchObject({ now: { outcome: 'SKIP' } });
    expect(await answer('diff', 'constructor', '2024-03-02')).toMatchObject({ identical: true, same: NAMES.length });
  });

  test('runs what a change of its code reaches, and no more', async () => {
    project.write({ 'computations/c.ts': codeOf(2) });
    expect(await answer('run')).toMatchObject({ completed: CELLS - 2 * DAYS.length, failed: 0 });
    expect(await valueOf(LAST, '2024-03-02')).toEqual({ constructor: NAMES.length + 2 * (COMPUTATIONS.length - 2) });
  });
});
