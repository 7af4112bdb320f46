/** `daymill check`: all that is wrong is told at once, each with its place; a project that is right is counted. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { check } from '../../src/cli/commands/check.ts';
import { openOutput } from '../../src/cli/output.ts';
import { problemsIn } from '../../src/cli/type-check.ts';
import { readConfig } from '../../src/config/config.ts';
import { HEAD, projectFolder } from '../mill/manifest/project-folder.ts';

const PRICES = `${HEAD}export const prices = defineDocument({ name: 'prices', document: z.object({ close: z.number() }) });`;
const CLOSE = `${HEAD}import { prices } from './prices.ts';
export const close = defineComputation({
  name: 'close', category: 'x', needs: { day: document(prices) }, output: z.number(), compute: ({ day }) => day.close,
});`;
const TSCONFIG = JSON.stringify({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    allowImportingTsExtensions: true,
  },
  include: ['computations'],
});

async function checked(root: string): Promise<{ exitCode: number; printed: string; data: Record<string, unknown> }> {
  const run = async (json: boolean): Promise<[number, string]> => {
    let printed = '';
    const stream = { write: (text: string) => (printed += text) };
    const context = {
      config: readConfig({ DAYMILL_COMPUTATIONS: 'computations' }, root, 1),
      cwd: root,
      env: {},
      output: openOutput(stream, stream, json),
      now: () => 0,
      interrupted: () => new Promise<void>(() => {}),
    };
    return [await check.run({ positionals: [], values: {} }, context), printed];
  };
  const [exitCode, printed] = await run(false);
  return { exitCode, printed, data: JSON.parse((await run(true))[1]) as Record<string, unknown> };
}

function projectWithTypes(files: Readonly<Record<string, string>>): string {
  const root = projectFolder(files);
  writeFileSync(join(root, 'tsconfig.json'), TSCONFIG);
  symlinkSync(resolve('node_modules/typescript'), join(root, 'node_modules/typescript'));
  return root;
}

test('a project that is right is counted', async () => {
  const { exitCode, printed, data } = await checked(
    projectWithTypes({
      'computations/prices.ts': PRICES,
      'computations/close.ts': CLOSE.replace('day.close', '+day.close'),
    }),
  );
  expect({ exitCode, printed }).toEqual({
    exitCode: 0,
    printed: 'Nothing is wrong: 1 computation of 1 dataset in 1 pass; types are checked.\n',
  });
  expect(data).toEqual({ problems: [], untrusted: [], computations: 1, datasets: 1, passes: 1, types: 'checked' });
});

test('what Node and TypeScript say is told at once, and of a line that both name once', async () => {
  const root = projectWithTypes({
    'computations/prices.ts': PRICES.replace('./', ''),
    'computations/close.ts': `${CLOSE}\nenum Kind { A }\nexport const wrong: string = Kind.A;\nimport './prices';`,
  });
  const { exitCode, data } = await checked(root);
  expect({ exitCode, ...data }).toMatchObject({
    exitCode: 1,
    problems: [
      { file: 'computations/close.ts', line: 8, message: expect.stringContaining('an enum') },
      { file: 'computations/close.ts', line: 9, message: expect.stringMatching(/^TS2322: /) },
      { file: 'computations/close.ts', line: 10, message: expect.stringContaining('Write "./prices.ts"') },
    ],
  });
});

test('a definition that is wrong is told with its place, and types that nobody can check are said to be unchecked', async () => {
  const root = projectFolder({
    'computations/prices.ts': PRICES,
    'computations/close.ts': CLOSE.replace('output: z.number()', 'output: z.date()'),
  });
  const { exitCode, printed } = await checked(root);
  expect(exitCode).toBe(1);
  expect(printed).toMatch(/^computations\/close\.ts:5 {2}close: output is z\.date\(\)/);
  expect(printed).toContain('1 problem; types are not checked: there is no tsconfig.json.');
});

test('what may give another result each time is named, and is no problem', async () => {
  const root = projectFolder({
    'computations/prices.ts': PRICES,
    'computations/close.ts': CLOSE.replace('day.close', "day.close + Number(process.env['X'])"),
  });
  const { exitCode, data } = await checked(root);
  expect({ exitCode, ...data }).toMatchObject({
    exitCode: 0,
    untrusted: [{ computation: 'close', reason: expect.stringContaining('process.env') }],
  });
});

test('what TypeScript says on several lines is one problem', () => {
  expect(
    problemsIn(
      'a.ts(2,3): error TS2345: No.\n  Because.\n    Of that.\nb (1).ts(4,1): error TS1: Yes.\nFound 2 errors.\n',
    ),
  ).toEqual([
    { file: 'a.ts', line: 2, message: 'TS2345: No. Because. Of that.' },
    { file: 'b (1).ts', line: 4, message: 'TS1: Yes.' },
  ]);
});

test('settings in package.json go on working, and where they moved is said', async () => {
  const files = { 'computations/prices.ts': PRICES, 'computations/close.ts': CLOSE.replace('day.close', '+day.close') };
  const root = projectFolder(files);
  expect((await checked(root)).printed).not.toContain('daymill.config.ts');
  writeFileSync(join(root, 'package.json'), '{ "type": "module", "daymill": { "from": "2024-01-01" } }');
  const { exitCode, printed } = await checked(root);
  expect(printed).toContain('Settings have moved: to daymill.config.ts');
  expect(exitCode).toBe(0);
});
